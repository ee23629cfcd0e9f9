/** Where a job's time went: a row a stretch, in seconds by activity (contract/profile.ts), and its operations as JSON. */
export default `
CREATE TABLE job_span (
  id INTEGER PRIMARY KEY,
  job TEXT NOT NULL REFERENCES job(id),
  done INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  "prepare" REAL NOT NULL,
  "wait" REAL NOT NULL,
  "upload" REAL NOT NULL,
  "compute" REAL NOT NULL,
  "download" REAL NOT NULL,
  "checkpoint" REAL NOT NULL,
  "evaluate" REAL NOT NULL,
  "other" REAL NOT NULL,
  cpu REAL NOT NULL,
  machine REAL NOT NULL,
  cores INTEGER NOT NULL,
  device TEXT NOT NULL,
  memory INTEGER NOT NULL,
  peak INTEGER NOT NULL
);
CREATE INDEX job_span_job ON job_span(job, id);
CREATE TABLE job_operations (job TEXT PRIMARY KEY REFERENCES job(id), body TEXT NOT NULL) WITHOUT ROWID;
`
