// Questions to the server, and answers that come line by line.

/** The server could not be reached, or went away in the middle of an answer. */
export class Unreachable extends Error {}

/** What a line says is wrong, in words; nothing where nothing is. */
export function faultOf(line) {
  return line.problems ? line.problems[0].message : line.error || line.defect || "";
}

async function reached(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable("The lab's server does not answer; is it still running?");
  }
}

/**
 * Ask a question that is answered at once.
 * @param {string} name
 * @param {object} [body] none: it is read, not asked
 * @returns {Promise<any>}
 */
export async function ask(name, body) {
  const reply = await reached(fetch(`api/${name}`, body === undefined ? undefined : posted(body)));
  return reached(reply.json());
}

/**
 * Ask a question whose answer grows; `take` gets every line as it comes.
 * @param {string} name
 * @param {object} body
 * @param {(line: any) => void} take
 * @param {AbortSignal} signal
 */
export async function follow(name, body, take, signal) {
  const reply = await reached(fetch(`api/${name}`, { ...posted(body), signal }));
  if (!reply.ok) {
    take(await reached(reply.json()));
    return;
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reached(reader.read());
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  }
}

function posted(body) {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
