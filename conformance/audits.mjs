// Runs the audits of graphql-http against the URL that is given, and prints one line of JSON with the figures.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.argv[2], fetchFn: fetch });
const failed = results.filter((result) => result.status !== "ok");
for (const { id, name, status, reason } of failed) console.error(`${status} ${id} ${name}: ${reason}`);
console.log(JSON.stringify({ passed: results.length - failed.length, all: results.length }));
process.exitCode = failed.length ? 1 : 0;
