BEGIN TRANSACTION;
CREATE TABLE event_memory (
	host VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	saved_at BIGINT NOT NULL, 
	memory VARCHAR NOT NULL, 
	PRIMARY KEY (host, "key")
);
INSERT INTO "event_memory" VALUES('quote-gw-1', 'gw-log', 1790000012500000, '{"source":"file:/var/log/gw.log","cursor":"-","minutes":[],"last":[],"held":{},"heaps":{},"logged_at":{},"read_at":null}');
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
	automatic BOOLEAN NOT NULL, form INTEGER DEFAULT '1' NOT NULL, other INTEGER, details VARCHAR, 
	PRIMARY KEY (seq)
);
INSERT INTO "incident_move" VALUES(1, 1, 'opened', 1790000005000000, '', '', 'disk {mount} is full', '{"mount":"/data"}', NULL, 'disk /data is full', 'settle-db', 'disk', '/data', 2, 1, 1, NULL, NULL);
INSERT INTO "incident_move" VALUES(2, 1, 'taken', 1790000006000000, 'li', '', NULL, NULL, NULL, NULL, 'settle-db', 'disk', '/data', NULL, 0, 1, NULL, NULL);
INSERT INTO "incident_move" VALUES(3, 2, 'opened', 1790000007000000, 'wang', '撮合慢 slow matching', NULL, NULL, NULL, NULL, 'quote-gw-1', 'host', 'quote-gw-1', 3, 0, 1, NULL, NULL);
INSERT INTO "incident_move" VALUES(4, 1, 'noted', 1790000008000000, 'li', '厂商已电话 vendor called', NULL, NULL, NULL, NULL, 'settle-db', 'disk', '/data', NULL, 0, 1, NULL, NULL);
INSERT INTO "incident_move" VALUES(5, 1, 'returned', 1790000009000000, '', '', 'disk {mount} is well', '{"mount":"/data"}', NULL, 'disk /data is well', 'settle-db', 'disk', '/data', NULL, 1, 1, NULL, NULL);
INSERT INTO "incident_move" VALUES(6, 1, 'closed', 1790000010000000, 'li', 'cleaned up', NULL, NULL, NULL, NULL, 'settle-db', 'disk', '/data', NULL, 0, 1, NULL, NULL);
INSERT INTO "incident_move" VALUES(7, 2, 'again', 1790000011000000, '', '', 'the fault shows again', '{}', NULL, 'the fault shows again', 'quote-gw-1', 'host', 'quote-gw-1', NULL, 1, 1, NULL, NULL);
CREATE TABLE meta (
	"key" VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema', '4');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE log_entry (
	id INTEGER NOT NULL, 
	chain VARCHAR NOT NULL, 
	seq INTEGER NOT NULL, 
	form INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	event_at BIGINT NOT NULL, 
	entered_at BIGINT NOT NULL, 
	trading_day VARCHAR NOT NULL, 
	post VARCHAR NOT NULL, 
	shift VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	session VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	subject_kind VARCHAR NOT NULL, 
	subject_key VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	said_template VARCHAR, 
	said_values VARCHAR, 
	said_of VARCHAR, 
	said_english VARCHAR, 
	incident INTEGER, 
	refs VARCHAR NOT NULL, 
	supersedes INTEGER, 
	prev_hash VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT log_entry_of_chain UNIQUE (chain, seq)
);
INSERT INTO "log_entry" VALUES(1, 'duty', 1, 1, 'watch', 1790000000250000, 1790000002000000, '', '', '', '', '', '', '', '', '', 'the watch begins: {site}, {hosts} hosts', '{"site":"金","hosts":9}', NULL, 'the watch begins: 金, 9 hosts', NULL, '[]', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '849c1de248c0cdd60f9d551728eaee5b98aa47271c539bad5e8cc0dad4e4e77b');
INSERT INTO "log_entry" VALUES(2, 'duty', 2, 1, 'note', 1790000001123456, 1790000002000000, '', '', '', 'wang', '', 'quote-gw-1', 'host', 'quote-gw-1', '行情网关断线, ''quoted'' \ "双引号" 	é <b>', NULL, NULL, NULL, NULL, NULL, '[]', NULL, '849c1de248c0cdd60f9d551728eaee5b98aa47271c539bad5e8cc0dad4e4e77b', 'af767917d878733f7df1e1974a245ad632aaf5357fd0cc8846536dfb6bcc233e');
INSERT INTO "log_entry" VALUES(3, 'duty', 3, 1, 'connection', 1790000003000000, 1790000004000000, '', '', '', '', '', 'quote-gw-1', 'host', 'quote-gw-1', '', 'lost after {seconds} s', '{"seconds":3.5}', 'quote-gw-1', 'quote-gw-1: lost after 3.5 s', NULL, '[]', NULL, 'af767917d878733f7df1e1974a245ad632aaf5357fd0cc8846536dfb6bcc233e', '555b45782ac5725da966fec07521f35a3e3422e6984f4c9ee6200ad2068d7f6a');
INSERT INTO "log_entry" VALUES(4, 'duty', 4, 1, 'incident', 1790000005000000, 1790000005500000, '', '', '', '', '', 'settle-db', 'disk', '/data', '', 'disk {mount} is full', '{"mount":"/data"}', NULL, 'disk /data is full', 1, '[{"kind":"move","key":"1","sha256":"98223f9615129753214901843439e1d8542bc73ac636f0fda5df0c702987f9b3"}]', NULL, '555b45782ac5725da966fec07521f35a3e3422e6984f4c9ee6200ad2068d7f6a', '9ed340c665e70ae9f291a4089e96693132428ab9e39d491548233cbc159bb92f');
INSERT INTO "log_entry" VALUES(5, 'duty', 5, 1, 'incident', 1790000006000000, 1790000006500000, '', '', '', 'li', '', 'settle-db', 'disk', '/data', '', 'incident {number} taken', '{"number":1}', NULL, 'incident 1 taken', 1, '[{"kind":"move","key":"2","sha256":"387ddc9e49224fa9a166be1b4ff5d23b598230712b588b10e73027908c2aee95"}]', NULL, '9ed340c665e70ae9f291a4089e96693132428ab9e39d491548233cbc159bb92f', '02c9e2d3636d43044054a72b833893f3e4340f9462302efeff6d981352054056');
INSERT INTO "log_entry" VALUES(6, 'duty', 6, 1, 'incident', 1790000007000000, 1790000007500000, '', '', '', 'wang', '', 'quote-gw-1', 'host', 'quote-gw-1', '撮合慢 slow matching', 'incident {number} opened, level {level}', '{"number":2,"level":3}', NULL, 'incident 2 opened, level 3', 2, '[{"kind":"move","key":"3","sha256":"57233a2ee0b62b2b465be589bc49208b2f9763c38d53a7eaa3693c7252394f09"}]', NULL, '02c9e2d3636d43044054a72b833893f3e4340f9462302efeff6d981352054056', '5dbc161c62a2ce894ec287a4d4c437402226c97a1bd13801454c27ec83345a0c');
INSERT INTO "log_entry" VALUES(7, 'duty', 7, 1, 'incident', 1790000008000000, 1790000008500000, '', '', '', 'li', '', 'settle-db', 'disk', '/data', '厂商已电话 vendor called', 'note on incident {number}', '{"number":1}', NULL, 'note on incident 1', 1, '[{"kind":"move","key":"4","sha256":"6d748a7d8df2d569ee6615ed00f7b6862fc2c55bfae8e91520c6331187a93f9a"}]', NULL, '5dbc161c62a2ce894ec287a4d4c437402226c97a1bd13801454c27ec83345a0c', '7f3079460741a8b040bdcfe99c97a97bdc3cd757e846a4cb5ebb153ed886ee09');
INSERT INTO "log_entry" VALUES(8, 'duty', 8, 1, 'incident', 1790000009000000, 1790000009500000, '', '', '', '', '', 'settle-db', 'disk', '/data', '', 'incident {number}: well again; to be closed by a person', '{"number":1}', NULL, 'incident 1: well again; to be closed by a person', 1, '[{"kind":"move","key":"5","sha256":"5976e386f65f95fa3054540a93416b1c881e0f59d522e9e013c419c148b43323"}]', NULL, '7f3079460741a8b040bdcfe99c97a97bdc3cd757e846a4cb5ebb153ed886ee09', '5e4032bde3e9aae50356a8a0945f3aa60ffb89653b50a38931e81f469b4b05e3');
INSERT INTO "log_entry" VALUES(9, 'duty', 9, 1, 'note', 1790000009900000, 1790000009950000, '', '', '', 'li', '', 'settle-db', 'disk', '/data', 'about the incident', NULL, NULL, NULL, NULL, 1, '[]', NULL, '5e4032bde3e9aae50356a8a0945f3aa60ffb89653b50a38931e81f469b4b05e3', 'e2d4e3920388ccd27eb176f1b9b16085506642e81c29dc55a98d4f93da60161f');
INSERT INTO "log_entry" VALUES(10, 'duty', 10, 1, 'incident', 1790000010000000, 1790000010500000, '', '', '', 'li', '', 'settle-db', 'disk', '/data', 'cleaned up', 'incident {number} closed', '{"number":1}', NULL, 'incident 1 closed', 1, '[{"kind":"move","key":"6","sha256":"5de1a4331145a241cd32632444b9571cd8c3927fbcb52822ffd1766211808bdd"}]', NULL, 'e2d4e3920388ccd27eb176f1b9b16085506642e81c29dc55a98d4f93da60161f', 'd25caa375b32e2a8eca87fcdc196ed4b1a85294dc552ee5f196578c68aebbed3');
INSERT INTO "log_entry" VALUES(11, 'duty', 11, 1, 'incident', 1790000011000000, 1790000011500000, '', '', '', '', '', 'quote-gw-1', 'host', 'quote-gw-1', '', 'incident {number}: the fault shows again', '{"number":2}', NULL, 'incident 2: the fault shows again', 2, '[{"kind":"move","key":"7","sha256":"740530f7590285b787249066ac740989a7974d8cc53f0ec8c84a90970c1f5eba"}]', NULL, 'd25caa375b32e2a8eca87fcdc196ed4b1a85294dc552ee5f196578c68aebbed3', 'c8c0e24dbe1a82a1c3fd67540a2099714c34611899575b04743dae6c08a59860');
INSERT INTO "log_entry" VALUES(12, 'duty', 12, 1, 'event', 1790000012000000, 1790000012500000, '', '', '', '', '', 'quote-gw-1', 'event', 'gw-log', '', '{count} lines', '{"count":7}', NULL, '7 lines', NULL, '[]', NULL, 'c8c0e24dbe1a82a1c3fd67540a2099714c34611899575b04743dae6c08a59860', '72c757e4076442ce6c0a8a10651bbb3dd953eefcff84916fd5f005ab727b9e0c');
CREATE TABLE log_name (
	field VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	PRIMARY KEY (field, name)
);
CREATE VIRTUAL TABLE log_search USING fts5(pieces, content='', columnsize=0, detail=none, tokenize='ascii');
CREATE INDEX incident_move_of_incident ON incident_move (incident, seq);
CREATE INDEX incident_move_of_other ON incident_move (other) WHERE other IS NOT NULL;
CREATE INDEX log_entry_of_host ON log_entry (host, seq);
CREATE INDEX log_entry_of_incident ON log_entry (incident, seq);
CREATE INDEX log_entry_corrected ON log_entry (supersedes, chain) WHERE supersedes IS NOT NULL;
CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;
CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;
CREATE TRIGGER log_entry_next_only BEFORE INSERT ON log_entry WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM log_entry WHERE chain = NEW.chain) OR EXISTS (SELECT 1 FROM log_entry WHERE id = NEW.id) OR NEW.prev_hash <> COALESCE((SELECT hash FROM log_entry WHERE chain = NEW.chain AND seq = NEW.seq - 1), '0000000000000000000000000000000000000000000000000000000000000000') BEGIN SELECT RAISE(ABORT, 'log_entry is append-only: a new row takes the next number'); END;
CREATE TRIGGER incident_move_no_update BEFORE UPDATE ON incident_move BEGIN SELECT RAISE(ABORT, 'incident_move is append-only'); END;
CREATE TRIGGER incident_move_no_delete BEFORE DELETE ON incident_move BEGIN SELECT RAISE(ABORT, 'incident_move is append-only'); END;
CREATE TRIGGER incident_move_next_only BEFORE INSERT ON incident_move WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM incident_move) BEGIN SELECT RAISE(ABORT, 'incident_move is append-only: a new row takes the next number'); END;
CREATE TABLE alarm (
	host VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	thing VARCHAR NOT NULL, 
	definition VARCHAR NOT NULL, 
	saved_at BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	PRIMARY KEY (host, kind, thing, definition)
);
INSERT INTO "alarm" VALUES('quote-gw-1','process','quote-gw','process-missing',1790000013000000,'{"key":[["quote-gw-1","process","quote-gw"],"process-missing"],"state":"unacknowledged","active":true,"severity":4,"priority":2,"quality":0,"known":true,"event":1,"told":1,"count":1,"said":["process {name} is missing",{"name":"quote-gw"},""],"began_at":1790000012.5}');
CREATE TABLE alarm_desk (
	id INTEGER NOT NULL, 
	saved_at BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
COMMIT;
