// A real Bluesky server (PDS) and the directory of identities that it needs, on loopback.
// Started by tests/pds_fixture.py in the folder where their packages are installed; prints
// one line of JSON when it listens, and ends on SIGTERM or when its standard input closes.
import crypto from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(path.join(process.cwd(), 'here.js'))
const load = async (name) => import(require.resolve(name))

const data = process.argv[2]
fs.mkdirSync(data, { recursive: true })

const { Database, PlcServer } = require('@did-plc/server')
const plc = PlcServer.create({ db: Database.mock(), port: 0 })
await new Promise((done) => { plc.server = plc.app.listen(0, '127.0.0.1', done) })

const { PDS, envToCfg, envToSecrets } = await load('@atproto/pds')
const { Secp256k1Keypair } = await load('@atproto/crypto')
const rotation = await Secp256k1Keypair.create({ exportable: true })
const env = {
  port: 2583,  // only a name: where it really listens is free, and told below
  hostname: 'localhost',
  devMode: true,
  dataDirectory: data,
  blobstoreDiskLocation: path.join(data, 'blobs'),
  blobstoreDiskTmpLocation: path.join(data, 'temp'),
  didPlcUrl: `http://127.0.0.1:${plc.server.address().port}`,
  disableSsrfProtection: true,
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  rateLimitsEnabled: false,
  adminPassword: crypto.randomBytes(16).toString('hex'),
  jwtSecret: crypto.randomBytes(16).toString('hex'),
  plcRotationKeyK256PrivateKeyHex: Buffer.from(await rotation.export()).toString('hex'),
  trustedOAuthClients: [],
  handleBackupNameservers: [],
  rateLimitBypassIps: [],
  crawlers: [],
}
const pds = await PDS.create(envToCfg(env), envToSecrets(env))
const listen = pds.app.listen.bind(pds.app)
pds.app.listen = () => listen(0, '127.0.0.1')  // by itself it listens on all interfaces
const server = await pds.start()
const ready = () => {
  const url = `http://127.0.0.1:${server.address().port}`
  process.stdout.write(`${JSON.stringify({ url })}\n`)
}
if (server.listening) ready()
else server.once('listening', ready)

const stop = () => process.exit(0)
process.on('SIGTERM', stop)
process.stdin.on('end', stop).resume()
