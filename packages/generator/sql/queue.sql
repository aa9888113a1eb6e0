-- The queue: one row per source row that waits to be embedded. No foreign key: it would block migrations of the source.
DROP TABLE IF EXISTS {{queue}};
CREATE TABLE {{queue}} (
{{queueKeyColumns}}
  queued_at timestamptz NOT NULL DEFAULT now(),        -- the order of the queue; a claim never changes it
  not_before timestamptz NOT NULL DEFAULT '-infinity', -- claimable from then on: end of a lease, or a retry
  lease uuid,                                          -- the claim that holds the row; a change of the source clears it
  attempts integer NOT NULL DEFAULT 0,
  lost_leases integer NOT NULL DEFAULT 0,              -- claims that ended without a word: workers that died with it
  reembed boolean NOT NULL DEFAULT false,              -- stored vectors are another model's: none is kept
  failed_at timestamptz,                               -- given up; a change of the source revives the row
  error text,
  PRIMARY KEY ({{queueKey}})
);
CREATE INDEX {{queueOrderIndex}} ON {{queue}} (queued_at) WHERE failed_at IS NULL;
