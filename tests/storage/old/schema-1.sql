BEGIN TRANSACTION;
CREATE TABLE incident_move (
	seq INTEGER NOT NULL, 
	incident INTEGER NOT NULL, 
	move VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	actor VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	said_template VARCHAR, 
	said_values VARCHAR, 
	said_of VARCHAR, 
	said_english VARCHAR, 
	host VARCHAR NOT NULL, 
	subject_kind VARCHAR NOT NULL, 
	subject_key VARCHAR NOT NULL, 
	level INTEGER, 
	automatic BOOLEAN NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "incident_move" VALUES(1,1,'opened',1790000005000000,'','','disk {mount} is full','{"mount":"/data"}',NULL,'disk /data is full','settle-db','disk','/data',2,1);
INSERT INTO "incident_move" VALUES(2,1,'taken',1790000006000000,'li','',NULL,NULL,NULL,NULL,'settle-db','disk','/data',NULL,0);
INSERT INTO "incident_move" VALUES(3,2,'opened',1790000007000000,'wang','撮合慢 slow matching',NULL,NULL,NULL,NULL,'quote-gw-1','host','quote-gw-1',3,0);
INSERT INTO "incident_move" VALUES(4,1,'noted',1790000008000000,'li','厂商已电话 vendor called',NULL,NULL,NULL,NULL,'settle-db','disk','/data',NULL,0);
INSERT INTO "incident_move" VALUES(5,1,'returned',1790000009000000,'','','disk {mount} is well','{"mount":"/data"}',NULL,'disk /data is well','settle-db','disk','/data',NULL,1);
INSERT INTO "incident_move" VALUES(6,1,'closed',1790000010000000,'li','cleaned up',NULL,NULL,NULL,NULL,'settle-db','disk','/data',NULL,0);
INSERT INTO "incident_move" VALUES(7,2,'again',1790000011000000,'','','the fault shows again','{}',NULL,'the fault shows again','quote-gw-1','host','quote-gw-1',NULL,1);
CREATE TABLE log_entry (
	seq INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	event_at BIGINT NOT NULL, 
	entered_at BIGINT NOT NULL, 
	actor VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	subject_kind VARCHAR NOT NULL, 
	subject_key VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	said_template VARCHAR, 
	said_values VARCHAR, 
	said_of VARCHAR, 
	said_english VARCHAR, 
	incident INTEGER, 
	PRIMARY KEY (seq)
);
INSERT INTO "log_entry" VALUES(1,'watch',1790000000250000,1790000002000000,'','','','','','the watch begins: {site}, {hosts} hosts','{"site":"金","hosts":9}',NULL,'the watch begins: 金, 9 hosts',NULL);
INSERT INTO "log_entry" VALUES(2,'note',1790000001123456,1790000002000000,'wang','quote-gw-1','host','quote-gw-1','行情网关断线, ''quoted'' \ "双引号" 	é <b>',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "log_entry" VALUES(3,'connection',1790000003000000,1790000004000000,'','quote-gw-1','host','quote-gw-1','','lost after {seconds} s','{"seconds":3.5}','quote-gw-1','quote-gw-1: lost after 3.5 s',NULL);
INSERT INTO "log_entry" VALUES(4,'incident',1790000005000000,1790000005500000,'','settle-db','disk','/data','','disk {mount} is full','{"mount":"/data"}',NULL,'disk /data is full',1);
INSERT INTO "log_entry" VALUES(5,'incident',1790000006000000,1790000006500000,'li','settle-db','disk','/data','','incident {number} taken','{"number":1}',NULL,'incident 1 taken',1);
INSERT INTO "log_entry" VALUES(6,'incident',1790000007000000,1790000007500000,'wang','quote-gw-1','host','quote-gw-1','撮合慢 slow matching','incident {number} opened, level {level}','{"number":2,"level":3}',NULL,'incident 2 opened, level 3',2);
INSERT INTO "log_entry" VALUES(7,'incident',1790000008000000,1790000008500000,'li','settle-db','disk','/data','厂商已电话 vendor called','note on incident {number}','{"number":1}',NULL,'note on incident 1',1);
INSERT INTO "log_entry" VALUES(8,'incident',1790000009000000,1790000009500000,'','settle-db','disk','/data','','incident {number}: well again; to be closed by a person','{"number":1}',NULL,'incident 1: well again; to be closed by a person',1);
INSERT INTO "log_entry" VALUES(9,'note',1790000009900000,1790000009950000,'li','settle-db','disk','/data','about the incident',NULL,NULL,NULL,NULL,1);
INSERT INTO "log_entry" VALUES(10,'incident',1790000010000000,1790000010500000,'li','settle-db','disk','/data','cleaned up','incident {number} closed','{"number":1}',NULL,'incident 1 closed',1);
INSERT INTO "log_entry" VALUES(11,'incident',1790000011000000,1790000011500000,'','quote-gw-1','host','quote-gw-1','','incident {number}: the fault shows again','{"number":2}',NULL,'incident 2: the fault shows again',2);
INSERT INTO "log_entry" VALUES(12,'event',1790000012000000,1790000012500000,'','quote-gw-1','event','gw-log','','{count} lines','{"count":7}',NULL,'7 lines',NULL);
CREATE TABLE meta (
	"key" VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
CREATE INDEX log_entry_of_host ON log_entry (host, seq);
CREATE INDEX log_entry_of_incident ON log_entry (incident, seq);
CREATE INDEX incident_move_of_incident ON incident_move (incident, seq);
CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;
CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;
CREATE TRIGGER log_entry_next_only BEFORE INSERT ON log_entry WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM log_entry) BEGIN SELECT RAISE(ABORT, 'log_entry is append-only: a new row takes the next number'); END;
CREATE TRIGGER incident_move_no_update BEFORE UPDATE ON incident_move BEGIN SELECT RAISE(ABORT, 'incident_move is append-only'); END;
CREATE TRIGGER incident_move_no_delete BEFORE DELETE ON incident_move BEGIN SELECT RAISE(ABORT, 'incident_move is append-only'); END;
CREATE TRIGGER incident_move_next_only BEFORE INSERT ON incident_move WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM incident_move) BEGIN SELECT RAISE(ABORT, 'incident_move is append-only: a new row takes the next number'); END;
COMMIT;
