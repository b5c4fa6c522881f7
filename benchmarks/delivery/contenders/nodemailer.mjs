// nodemailer with its pool: `mime` lets it write MIME from subject, text and HTML, `raw` gives it
// the bytes. No database. As many messages are under way as keep every connection busy.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [folder, mode, port, corpus, connections] = process.argv.slice(2);
const nodemailer = createRequire(import.meta.url)(folder);

const letters = readFileSync(corpus, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const mails = letters.map((letter) =>
  mode === "raw"
    ? { envelope: { from: letter.sender.match(/<(.*)>/)[1], to: letter.address }, raw: Buffer.from(letter.raw) }
    : { from: letter.sender, to: letter.to, subject: letter.subject, text: letter.text, html: letter.html },
);
const transporter = nodemailer.createTransport({
  host: "127.0.0.1",
  port: Number(port),
  name: "localhost",
  ignoreTLS: true,
  pool: true,
  maxConnections: Number(connections),
  maxMessages: Infinity,
});

async function sendAll() {
  let next = 0;
  const worker = async () => {
    while (next < mails.length) await transporter.sendMail(mails[next++]);
  };
  await Promise.all(Array.from({ length: 2 * connections }, worker));
}

process.stdout.write("ready\n");
await new Promise((resolve) => createInterface({ input: process.stdin }).once("line", resolve));
const before = process.cpuUsage();
const began = process.hrtime.bigint();
await sendAll();
const ended = process.hrtime.bigint();
const used = process.cpuUsage(before);
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
transporter.close();
process.stdout.write(
  JSON.stringify({
    began: Number(began) / 1e9,
    ended: Number(ended) / 1e9,
    cpu: (used.user + used.system) / 1e6,
    peak_kb: Number(peak),
  }) + "\n",
  () => process.exit(0),
);
