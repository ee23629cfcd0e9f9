/** Codes of sources, decisions, deciders and metrics are in store/codes.ts; times are milliseconds. */
export default `
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE memory (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE sample (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  width INTEGER,
  height INTEGER,
  format TEXT,
  hash TEXT,
  duplicate_of INTEGER REFERENCES sample(id),
  fault TEXT
);
CREATE INDEX sample_hash ON sample(hash) WHERE hash IS NOT NULL;
CREATE INDEX sample_fault ON sample(id) WHERE fault IS NOT NULL;
CREATE INDEX sample_duplicate ON sample(duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE provenance (
  id INTEGER PRIMARY KEY,
  checkpoint TEXT NOT NULL,
  checkpoint_name TEXT NOT NULL,
  decoding TEXT NOT NULL,
  prompt TEXT NOT NULL,
  seed INTEGER NOT NULL,
  job TEXT NOT NULL,
  UNIQUE (job, checkpoint, decoding, prompt, seed)
);

-- superseded_by: NULL while live, the successor's id, or the row's own id when withdrawn by undo.
-- replaces: the caption it took the place of. operation: the one that made it, if one did.
-- itm, itc, loss: the newest score of each metric; table score has all of them.
CREATE TABLE caption (
  id INTEGER PRIMARY KEY,
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  source INTEGER NOT NULL,
  decision INTEGER NOT NULL DEFAULT 0,
  decided_by INTEGER,
  decided_at INTEGER,
  superseded_by INTEGER REFERENCES caption(id),
  replaces INTEGER REFERENCES caption(id),
  operation INTEGER REFERENCES operation(id),
  provenance INTEGER REFERENCES provenance(id),
  words INTEGER NOT NULL,
  chars INTEGER NOT NULL,
  itm REAL,
  itc REAL,
  loss REAL,
  created_at INTEGER NOT NULL,
  reason TEXT,
  text TEXT NOT NULL
);
CREATE INDEX caption_pair ON caption(sample_id, id) WHERE superseded_by IS NULL;
CREATE INDEX caption_itm ON caption(itm, id) WHERE superseded_by IS NULL AND itm IS NOT NULL;
CREATE INDEX caption_itc ON caption(itc, id) WHERE superseded_by IS NULL AND itc IS NOT NULL;
CREATE INDEX caption_loss ON caption(loss, id) WHERE superseded_by IS NULL AND loss IS NOT NULL;
CREATE INDEX caption_sample ON caption(sample_id);
CREATE INDEX caption_successor ON caption(superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX caption_missing ON caption(id) WHERE chars = 0 AND superseded_by IS NULL;
CREATE INDEX caption_operation ON caption(operation) WHERE operation IS NOT NULL;

CREATE VIRTUAL TABLE caption_fts USING fts5(
  text, content = 'caption', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER caption_index AFTER INSERT ON caption WHEN new.chars > 0 BEGIN
  INSERT INTO caption_fts (rowid, text) VALUES (new.id, new.text);
END;

CREATE TABLE scorer (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE score (
  caption_id INTEGER NOT NULL REFERENCES caption(id),
  metric INTEGER NOT NULL,
  scorer INTEGER NOT NULL REFERENCES scorer(id),
  value REAL NOT NULL,
  PRIMARY KEY (caption_id, metric, scorer)
) WITHOUT ROWID;
CREATE INDEX score_value ON score(scorer, metric, value);

CREATE TABLE operation (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  details TEXT NOT NULL,
  count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'done',
  undoable INTEGER NOT NULL,
  before BLOB
);
CREATE INDEX operation_undone ON operation(id) WHERE state = 'undone';
CREATE INDEX operation_done ON operation(id) WHERE state = 'done' AND undoable = 1;

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  spec TEXT NOT NULL,
  state TEXT NOT NULL,
  progress TEXT,
  fault TEXT,
  result TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  resumable INTEGER NOT NULL DEFAULT 0,
  cursor TEXT,
  operation INTEGER REFERENCES operation(id)
);
CREATE TABLE job_event (
  job TEXT NOT NULL REFERENCES job(id),
  sequence INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (job, sequence)
) WITHOUT ROWID;
CREATE TABLE job_item (
  job TEXT NOT NULL REFERENCES job(id),
  sample_id INTEGER NOT NULL,
  PRIMARY KEY (job, sample_id)
) WITHOUT ROWID;
CREATE TABLE item_fault (
  id INTEGER PRIMARY KEY,
  job TEXT NOT NULL REFERENCES job(id),
  subject TEXT NOT NULL,
  code TEXT NOT NULL,
  fault TEXT NOT NULL,
  UNIQUE (job, subject, code)
);

CREATE TABLE checkpoint (
  hash TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  shape TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  origin TEXT NOT NULL,
  run TEXT,
  step INTEGER,
  created_at INTEGER NOT NULL,
  fault TEXT
);
CREATE TABLE run (
  id TEXT PRIMARY KEY,
  job TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE TABLE run_metric (
  run TEXT NOT NULL REFERENCES run(id),
  step INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (run, step, name)
) WITHOUT ROWID;
CREATE TABLE run_log (id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES run(id), at INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX run_log_run ON run_log(run, id);
CREATE TABLE run_evaluation (run TEXT PRIMARY KEY REFERENCES run(id), body TEXT NOT NULL) WITHOUT ROWID;
`
