// A link from elsewhere arrives without the Strict cookie. From here, on our own site,
// it is sent: whoever is logged in goes on without typing the key again.
const answer = await fetch('/api/v1/me', { cache: 'no-store' }).catch(() => null);
if (answer?.ok) location.replace('/crew');
