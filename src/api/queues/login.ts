// The form that a browser gets where it has no session: without a script, and nothing of it comes from elsewhere.

/** What the browser may do with it. */
export const loginPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** @param problem what was wrong with the last try; null before the first */
export function loginPage(problem: string | null): string {
  const told = problem === null ? '' : `<p role="alert">${escaped(problem)}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Swarmline queues</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 15vh auto; padding: 0 1rem; color: #1c2430; background: #fff }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; margin: .25rem 0 1rem }
[role=alert] { color: #9c1c1c }
@media (prefers-color-scheme: dark) { body { color: #dde3ea; background: #151a21 } [role=alert] { color: #ff9b9b } }
</style>
</head>
<body>
<main>
<h1>Queues</h1>
${told}
<form method="post" action="/queues/login">
<label for="key">Token or key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button>Open</button>
</form>
<p>The token lies in <code>api-token</code> of the home; <code>swarmline api-key add NAME</code> makes a key.</p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
