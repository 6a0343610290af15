// Questions to the server, and answers that come line by line.

/**
 * Ask a question that is answered at once.
 * @param {string} name
 * @param {object} [body] none: it is read, not asked
 * @returns {Promise<any>}
 */
export async function ask(name, body) {
  const reply = await fetch(`api/${name}`, body === undefined ? undefined : posted(body));
  return reply.json();
}

/**
 * Ask a question whose answer grows; `take` gets every line as it comes.
 * @param {string} name
 * @param {object} body
 * @param {(line: any) => void} take
 * @param {AbortSignal} signal
 */
export async function follow(name, body, take, signal) {
  const reply = await fetch(`api/${name}`, { ...posted(body), signal });
  if (!reply.ok) {
    take(await reply.json());
    return;
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  }
}

function posted(body) {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
