-- Which catalog a target was when what it holds was last looked at, so that another one under the same name is not taken
-- for it. '' until that is through.
ALTER TABLE target ADD COLUMN place TEXT COLLATE "C" NOT NULL DEFAULT '';
