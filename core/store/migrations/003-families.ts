/** The kind of model that a checkpoint holds; before this, all were BLIP's. */
export default `
ALTER TABLE checkpoint ADD COLUMN family TEXT NOT NULL DEFAULT 'blip';
`
