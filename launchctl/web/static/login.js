// A link from elsewhere arrives without the Strict cookie. From here, on our own site,
// it is sent: whoever is logged in goes on without typing the key again.
const answer = await fetch('/login', { redirect: 'manual', cache: 'no-store' }).catch(() => null);
if (answer?.type === 'opaqueredirect') location.replace('/crew');
