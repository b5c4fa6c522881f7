// Prints [[uid, start, end], …] of the events of a calendar, as node-ical reads it.
import { createRequire } from "node:module";

const [packages, file] = process.argv.slice(2);
const ical = createRequire(`${packages}/`)("node-ical");

const seconds = (date) => date.getTime() / 1000;
const events = Object.values(ical.sync.parseFile(file)).filter((one) => one.type === "VEVENT");
console.log(
  JSON.stringify(events.map((one) => [one.uid, seconds(one.start), seconds(one.end ?? one.start)])),
);
