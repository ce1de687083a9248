// A command per line on standard input, an answer per line on standard output.

import readline from "node:readline";

/** What went wrong, as far as the library could read it. */
const fault = (error) => ({
  name: error.constructor.name,
  message: error.message,
  answer: error.errorResponse,
  cause: error.cause?.message,
});

/** Obeys until the input ends; `around` says what else belongs to an answer. */
export async function obey(commands, around = () => ({})) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { command, now: _, ...more } = JSON.parse(line);
    const done = await Promise.resolve()
      .then(() => commands[command](more))
      .then(
        (answer) => ({ answer }),
        (error) => ({ fault: fault(error) }),
      );
    process.stdout.write(`${JSON.stringify({ sent: [], ...done, ...around() })}\n`);
  }
}
