// Prints [[uid, start, end], …] of the events of a calendar, as ical.js reads it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [packages, file] = process.argv.slice(2);
const loaded = createRequire(`${packages}/`)("ical.js");
const ICAL = loaded.default ?? loaded;

const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}
const seconds = (time) => time.toUnixTime();
const events = calendar.getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
console.log(
  JSON.stringify(events.map((one) => [one.uid, seconds(one.startDate), seconds(one.endDate)])),
);
