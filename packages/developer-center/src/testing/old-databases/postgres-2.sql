SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.access_key (
    key text NOT NULL,
    role text NOT NULL,
    secret text NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.audit (
    id bigint NOT NULL,
    "time" bigint NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL
);
ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.counter (
    plan_row bigint NOT NULL,
    name text NOT NULL,
    slot smallint NOT NULL,
    count bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.device (
    id bigint NOT NULL,
    product_id integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    secret_sha256 text,
    online_until bigint DEFAULT 0 NOT NULL,
    last_seen bigint,
    versions text DEFAULT '[]'::text NOT NULL,
    battery double precision,
    signal double precision,
    auto_upgrade boolean DEFAULT false NOT NULL,
    last_reports text DEFAULT '[]'::text NOT NULL
)
WITH (fillfactor='70');
ALTER TABLE public.device ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.device_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.idempotency (
    who text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    created_at bigint NOT NULL,
    owner text NOT NULL,
    status integer,
    headers text,
    body text
);
CREATE TABLE public.log (
    plan_row bigint NOT NULL,
    "row" integer NOT NULL,
    id bigint NOT NULL,
    "time" bigint NOT NULL,
    component smallint NOT NULL,
    attempt integer NOT NULL,
    cause smallint NOT NULL,
    text text NOT NULL,
    reported text
);
ALTER TABLE public.log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.otaplan_schema (
    one boolean DEFAULT true NOT NULL,
    version integer NOT NULL,
    CONSTRAINT otaplan_schema_one_check CHECK (one)
);
CREATE TABLE public.package (
    "row" bigint NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    name_identity text NOT NULL,
    type text NOT NULL,
    version text NOT NULL,
    source_version text NOT NULL,
    remarks text NOT NULL,
    complete boolean NOT NULL,
    verification text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.package_file (
    package_row bigint NOT NULL,
    place integer NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    md5 text,
    crc32 text
);
ALTER TABLE public.package ALTER COLUMN "row" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.package_row_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.plan (
    "row" bigint NOT NULL,
    id text NOT NULL,
    name_identity text NOT NULL,
    product text NOT NULL,
    status text NOT NULL,
    revision integer NOT NULL,
    document text NOT NULL,
    targets text NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    due_at bigint,
    activation bigint DEFAULT 0 NOT NULL,
    devices integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');
CREATE SEQUENCE public.plan_activation
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.plan_device (
    plan_row bigint NOT NULL,
    "row" integer NOT NULL,
    device_id bigint NOT NULL,
    wave integer NOT NULL,
    phase smallint NOT NULL,
    status smallint NOT NULL,
    state text NOT NULL,
    due_at bigint
)
WITH (fillfactor='70');
CREATE TABLE public.plan_lease (
    plan_row bigint NOT NULL,
    owner text NOT NULL,
    until timestamp with time zone NOT NULL
);
ALTER TABLE public.plan ALTER COLUMN "row" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.plan_row_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.product (
    id integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL
);
ALTER TABLE public.product ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.product_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.replica (
    slot smallint NOT NULL,
    owner text NOT NULL,
    beat timestamp with time zone NOT NULL
);
CREATE TABLE public.secret (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.timeline (
    plan_row bigint NOT NULL,
    "time" bigint NOT NULL,
    slot smallint NOT NULL,
    upgraded integer NOT NULL,
    failed integer NOT NULL
);
CREATE TABLE public.turn (
    name text NOT NULL
);
INSERT INTO public.access_key VALUES ('AKc3f46cbf38b6aff68fb0d567', 'owner', 'pqxafltc0IPm8C30J3ZkQIV1CD9u8thagnZrCR_UyEFzSA5URX4HhFory1XaSGyKDDwnwQ08ajC2jjHcsqJOWTG2SiX43Jk', 'first key', 1803888000014);
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (1, 1803888000105, 'AKc3f46cbf38b6aff68fb0d567', 'registerProducts', 'p1faults', '{"created":1,"unchanged":0,"renamed":0}');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (2, 1803888000147, 'AKc3f46cbf38b6aff68fb0d567', 'registerDevices', 'p1faults', '{"created":8,"unchanged":0}');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (3, 1803888000189, 'AKc3f46cbf38b6aff68fb0d567', 'createPackage', 'FOTA 2.0.0', '2.0.0');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (4, 1803888000231, 'AKc3f46cbf38b6aff68fb0d567', 'uploadPackageFile', 'FOTA 2.0.0', 'fw.bin');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (5, 1803888000273, 'AKc3f46cbf38b6aff68fb0d567', 'createPlan', 'March', '9b900324dd0a5174c833dadd656d14f73ceb56f157315f4ed540ad6f54870c57');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (6, 1803888000315, 'AKc3f46cbf38b6aff68fb0d567', 'createPlan', 'A draft', 'c5f8427608df08193d736ed4c1673949bc1f59f2c98b2d04aa65c44703cd2324');
INSERT INTO public.audit OVERRIDING SYSTEM VALUE VALUES (7, 1803888000378, 'AKc3f46cbf38b6aff68fb0d567', 'activatePlan', 'March', '7 devices');
INSERT INTO public.counter VALUES (1, 'w.0', 0, 7);
INSERT INTO public.counter VALUES (1, 'd.upgraded', 0, 1);
INSERT INTO public.counter VALUES (1, 'c.0.upgradeSucceeded', 0, 1);
INSERT INTO public.counter VALUES (1, 'f.The device reports version 1.0.0 and not the target 2.0.0.', 0, 1);
INSERT INTO public.counter VALUES (1, 'd.upgradeFailed', 0, 2);
INSERT INTO public.counter VALUES (1, 'c.0.upgradeFailed', 0, 2);
INSERT INTO public.counter VALUES (1, 'f.No “room” – � =1+1', 0, 1);
INSERT INTO public.counter VALUES (1, 'failedForGood', 0, 2);
INSERT INTO public.counter VALUES (1, 'c.0.downloading', 0, 1);
INSERT INTO public.counter VALUES (1, 'c.0.planReceived', 0, 1);
INSERT INTO public.counter VALUES (1, 'd.notUpgraded', 0, 1);
INSERT INTO public.counter VALUES (1, 'd.upgrading', 0, 3);
INSERT INTO public.counter VALUES (1, 'c.0.planNotReceived', 0, 1);
INSERT INTO public.counter VALUES (1, 'c.0.upgradeRejected', 0, 1);
INSERT INTO public.counter VALUES (1, 'inProgress', 0, 2);
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (7, 1, 'FAULT000006', 'FAULT000006', '1aebb0fe9cf0b48c043a5810adf76b24eca5da16eb80d1859811db87196fd05e', 0, NULL, '[]', NULL, NULL, false, '[]');
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (8, 1, 'FAULT000007', 'FAULT000007', '70c40fe52cc4fe4d496ba281e64a631a5d201b1e0bcc56f2edd2aa94cb0d387e', 0, NULL, '[]', NULL, NULL, false, '[]');
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (3, 1, 'FAULT000002', 'FAULT000002', '9481d21fdbade20201e841013e1fc6d7855119899ee424b141c614ef2739247b', 1803888600462, 1803888000462, '[["FOTA","module","1.0.0"]]', NULL, NULL, false, '["r-FAULT000002"]');
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (4, 1, 'FAULT000003', 'FAULT000003', '92b6802714fc6c97ce1c41e78b44ed14491bb6fe9afe41fd09b8a105665be579', 1803888600483, 1803888000483, '[["FOTA","module","1.0.0"]]', NULL, NULL, false, '["r-FAULT000003"]');
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (5, 1, 'FAULT000004', 'FAULT000004', '6915f183f87ee435b117f6ce5cc10124fea668e96e93e2470294e60d1f88aed7', 1803888600504, 1803888000504, '[["FOTA","module","1.0.0"]]', NULL, NULL, false, '["r-FAULT000004"]');
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (6, 1, 'FAULT000005', 'FAULT000005', '194fe8a60a890257d0517cf77316342c0eca825862020f8789b7f6558d476c82', 1803888600525, 1803888000525, '[["FOTA","module","1.0.0"]]', NULL, NULL, false, '["r-FAULT000005"]');
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (1, 1, 'FAULT000000', 'FAULT000000', '716464e293d902b3079ca3ac1ef8fbf53191d0a2661db3572133910b2db5b957', 1803888600420, 1803888000420, '[["FOTA","module","2.0.0"]]', NULL, NULL, false, '["r-FAULT000000","v0"]');
INSERT INTO public.device OVERRIDING SYSTEM VALUE VALUES (2, 1, 'FAULT000001', 'FAULT000001', '5b6cbc58436361e8aa7edba9b732bdfa04fbb0e58335075388ea40268a4d6bb3', 1803888600441, 1803888000441, '[["FOTA","module","1.0.0"]]', NULL, NULL, false, '["r-FAULT000001","v1"]');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, 1803888000420, 0, 1, 0, 'The device requests the upgrade; versions reported: FOTA 1.0.0.', 'FOTA 1.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 2, 1803888000420, 0, 1, 1, 'Plan issued: FOTA to 2.0.0.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 3, 1803888000420, 0, 1, 1, 'Result of issuing: succeeded. The device is online and is told now.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 4, 1803888000441, 0, 1, 0, 'The device requests the upgrade; versions reported: FOTA 1.0.0.', 'FOTA 1.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 5, 1803888000441, 0, 1, 1, 'Plan issued: FOTA to 2.0.0.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 6, 1803888000441, 0, 1, 1, 'Result of issuing: succeeded. The device is online and is told now.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 7, 1803888000462, 0, 1, 0, 'The device requests the upgrade; versions reported: FOTA 1.0.0.', 'FOTA 1.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 8, 1803888000462, 0, 1, 1, 'Plan issued: FOTA to 2.0.0.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 9, 1803888000462, 0, 1, 1, 'Result of issuing: succeeded. The device is online and is told now.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 10, 1803888000483, 0, 1, 0, 'The device requests the upgrade; versions reported: FOTA 1.0.0.', 'FOTA 1.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 11, 1803888000483, 0, 1, 1, 'Plan issued: FOTA to 2.0.0.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 12, 1803888000483, 0, 1, 1, 'Result of issuing: succeeded. The device is online and is told now.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 5, 13, 1803888000504, 0, 1, 0, 'The device requests the upgrade; versions reported: FOTA 1.0.0.', 'FOTA 1.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 5, 14, 1803888000504, 0, 1, 1, 'Plan issued: FOTA to 2.0.0.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 5, 15, 1803888000504, 0, 1, 1, 'Result of issuing: succeeded. The device is online and is told now.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 6, 16, 1803888000525, 0, 1, 0, 'The device requests the upgrade; versions reported: FOTA 1.0.0.', 'FOTA 1.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 6, 17, 1803888000525, 0, 1, 1, 'Plan issued: FOTA to 2.0.0.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 6, 18, 1803888000525, 0, 1, 1, 'Result of issuing: succeeded. The device is online and is told now.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 19, 1803888000546, 0, 1, 0, 'The device reports the plan available.', 'planReceived');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 20, 1803888000546, 0, 1, 0, 'Upgrade confirmed by the device.', 'upgradeConfirmed');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 21, 1803888000546, 0, 1, 1, 'Download address issued. Result: it is in the plan message.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 22, 1803888000546, 0, 1, 0, 'Waiting to download: the device has the address.', 'readyToDownload');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 23, 1803888000546, 0, 1, 0, 'Downloading.', 'downloading');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 24, 1803888000546, 0, 1, 0, 'Download succeeded.', 'downloadSucceeded');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 25, 1803888000546, 0, 1, 0, 'Upgrading.', 'upgrading');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 1, 26, 1803888000546, 0, 1, 0, 'Upgraded: the reported version 2.0.0 is equal to the target.', '2.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 27, 1803888000567, 0, 1, 0, 'The device reports the plan available.', 'planReceived');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 28, 1803888000567, 0, 1, 0, 'Upgrade confirmed by the device.', 'upgradeConfirmed');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 29, 1803888000567, 0, 1, 1, 'Download address issued. Result: it is in the plan message.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 30, 1803888000567, 0, 1, 0, 'Waiting to download: the device has the address.', 'readyToDownload');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 31, 1803888000567, 0, 1, 0, 'Downloading.', 'downloading');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 32, 1803888000567, 0, 1, 0, 'Download succeeded.', 'downloadSucceeded');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 33, 1803888000567, 0, 1, 0, 'Upgrading.', 'upgrading');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 2, 34, 1803888000567, 0, 1, 0, 'Upgrade failed: the device reports version 1.0.0 and not the target 2.0.0.', '1.0.0');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 35, 1803888000588, 0, 1, 0, 'The device reports the plan available.', 'planReceived');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 36, 1803888000588, 0, 1, 0, 'Upgrade confirmed by the device.', 'upgradeConfirmed');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 37, 1803888000588, 0, 1, 1, 'Download address issued. Result: it is in the plan message.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 38, 1803888000588, 0, 1, 0, 'Waiting to download: the device has the address.', 'readyToDownload');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 39, 1803888000588, 0, 1, 0, 'Downloading.', 'downloading');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 40, 1803888000588, 0, 1, 0, 'Download failed: no “room” – � =1+1', 'downloadFailed');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 3, 41, 1803888000588, 0, 1, 1, 'Upgrade failed: the download failed and no attempt is left.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 42, 1803888000609, 0, 1, 0, 'The device reports the plan available.', 'planReceived');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 43, 1803888000609, 0, 1, 0, 'Upgrade confirmed by the device.', 'upgradeConfirmed');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 44, 1803888000609, 0, 1, 1, 'Download address issued. Result: it is in the plan message.', NULL);
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 45, 1803888000609, 0, 1, 0, 'Waiting to download: the device has the address.', 'readyToDownload');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 4, 46, 1803888000609, 0, 1, 0, 'Downloading.', 'downloading');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 5, 47, 1803888000630, 0, 1, 0, 'The device reports the plan available.', 'planReceived');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 6, 48, 1803888000651, 0, 1, 0, 'The device reports the plan available.', 'planReceived');
INSERT INTO public.log OVERRIDING SYSTEM VALUE VALUES (1, 6, 49, 1803888000651, 0, 1, 0, 'Upgrade rejected by the device (Not now). It is not pushed again before 2027-03-01T10:00:00Z.', 'upgradeRejected');
INSERT INTO public.otaplan_schema VALUES (true, 2);
INSERT INTO public.package OVERRIDING SYSTEM VALUE VALUES (1, 'pkg_51b3faf669c51a1fd8855f2b', 'FOTA 2.0.0', 'fota 2.0.0', 'module', '2.0.0', '', '', true, 'notVerified', 1803888000189);
INSERT INTO public.package_file VALUES (1, 0, 'fw.bin', 14, '5606dda9c24a88f198cb6ba64dde08e65af4afe048a2101b343e9fb09cb6d5c9', '82428198431f2a836ce73d78d630237e', '8290bdde');
INSERT INTO public.plan OVERRIDING SYSTEM VALUE VALUES (2, 'e66c39ea48220d34bda2608d2f2b7612', 'a draft', 'p1faults', 'inactivated', 1, '{"name":"A draft","digest":"c5f8427608df08193d736ed4c1673949bc1f59f2c98b2d04aa65c44703cd2324","product":"p1faults","effective":{"start":"2027-03-01T00:00","end":"2027-03-08T00:00","zone":"UTC","startUtc":"2027-03-01T00:00:00Z","endUtc":"2027-03-08T00:00:00Z"},"targets":{"all":true,"include":[],"exclude":[],"count":null},"components":[{"component":"modem","type":"module","identifier":"FOTA","mode":"full","target":"2.0.0","sources":[],"versions":null,"package":null}],"mode":{"kind":"silent","push":"onRequest","afterRejectionMinutes":120},"conditions":{"batteryPercent":30,"signalDbm":-113},"retry":0,"waves":{"steps":[{"percent":100,"waitMinutes":0}],"halt":null},"allow":[]}', '{"include":[],"exclude":["FAULT000007"]}', '{"activatedAt":null,"endedAt":null,"reason":null,"suspendedFrom":null,"waveOpenedAt":[],"nextTickAt":null,"pushing":false,"pushedTo":{"wave":-1,"row":-1},"haltBaseline":{"upgraded":0,"failedForGood":0},"stopping":null,"activating":false}', 1803888000315, 1803888000315, NULL, 0, 0);
INSERT INTO public.plan OVERRIDING SYSTEM VALUE VALUES (1, 'a33f9a5ec28906dcd143e1ad1008b230', 'march', 'p1faults', 'upgrading', 4, '{"name":"March","digest":"9b900324dd0a5174c833dadd656d14f73ceb56f157315f4ed540ad6f54870c57","product":"p1faults","effective":{"start":"2027-03-01T00:00","end":"2027-03-08T00:00","zone":"UTC","startUtc":"2027-03-01T00:00:00Z","endUtc":"2027-03-08T00:00:00Z"},"targets":{"all":true,"include":[],"exclude":[],"count":null},"components":[{"component":"modem","type":"module","identifier":"FOTA","mode":"full","target":"2.0.0","sources":[],"versions":null,"package":null}],"mode":{"kind":"silent","push":"onRequest","afterRejectionMinutes":120},"conditions":{"batteryPercent":30,"signalDbm":-113},"retry":0,"waves":{"steps":[{"percent":100,"waitMinutes":0}],"halt":null},"allow":[]}', '{"include":[],"exclude":["FAULT000007"]}', '{"activatedAt":1803888000385,"endedAt":null,"reason":null,"suspendedFrom":null,"waveOpenedAt":[1803888000392],"nextTickAt":null,"pushing":false,"pushedTo":{"wave":-1,"row":-1},"haltBaseline":{"upgraded":0,"failedForGood":0},"stopping":null,"activating":false}', 1803888000273, 1803888000546, 1804464000000, 1, 7);
INSERT INTO public.plan_device VALUES (1, 7, 7, 0, 0, 0, '[0,null,null,null,null,null,null,0,null,0,null,null,[[0,0,0,null,null,0,null,null,0]]]', NULL);
INSERT INTO public.plan_device VALUES (1, 1, 1, 0, 3, 2, '[1,1803888000546,null,1803888000546,1803888000546,null,null,0,null,0,null,null,[[11,1,0,null,"1.0.0",100,1803888000546,null,1]]]', NULL);
INSERT INTO public.plan_device VALUES (1, 2, 2, 0, 3, 3, '[1,1803888000567,null,1803888000567,1803888000567,"The device reports version 1.0.0 and not the target 2.0.0.",null,0,null,0,null,null,[[12,1,0,null,"1.0.0",0,1803888000567,"The device reports version 1.0.0 and not the target 2.0.0.",1]]]', NULL);
INSERT INTO public.plan_device VALUES (1, 3, 3, 0, 3, 3, '[1,1803888000588,null,1803888000588,1803888000588,"No “room” – � =1+1",null,0,null,0,null,null,[[12,1,0,null,"1.0.0",0,1803888000588,"No “room” – � =1+1",1]]]', NULL);
INSERT INTO public.plan_device VALUES (1, 4, 4, 0, 1, 1, '[1,1803888000609,null,1803888000609,null,null,null,0,null,0,null,null,[[5,1,0,null,"1.0.0",0,1803888000609,null,1]]]', 1803974400483);
INSERT INTO public.plan_device VALUES (1, 5, 5, 0, 1, 1, '[0,1803888000630,null,1803888000630,null,null,null,0,null,0,null,null,[[1,1,0,null,"1.0.0",0,1803888000630,null,1]]]', 1803974400504);
INSERT INTO public.plan_device VALUES (1, 6, 6, 0, 2, 1, '[0,1803888000651,1803895200651,1803888000651,null,"Upgrade rejected by the device (Not now). It is not pushed again before 2027-03-01T10:00:00Z.",null,0,null,0,null,null,[[3,1,0,null,"1.0.0",0,1803888000651,"Not now",1]]]', 1803895200651);
INSERT INTO public.product OVERRIDING SYSTEM VALUE VALUES (1, 'p1faults', 'Faults');
INSERT INTO public.replica VALUES (0, 'e99d5416a4a731f87ae3ef80', '-infinity');
INSERT INTO public.secret VALUES ('server-key', '3c2fc6cc2647a8b8ace7649a9b56b66056992c732b11108bdea5964094b3a6ff');
INSERT INTO public.secret VALUES ('server-key-sha256', '6b97558973a94740b9e0ec28bc6a0ca701f90d47b7c778649903acf53c38b358');
INSERT INTO public.timeline VALUES (1, 1803888000000, 0, 1, 2);
INSERT INTO public.turn VALUES ('activation');
SELECT pg_catalog.setval('public.audit_id_seq', 7, true);
SELECT pg_catalog.setval('public.device_id_seq', 8, true);
SELECT pg_catalog.setval('public.log_id_seq', 49, true);
SELECT pg_catalog.setval('public.package_row_seq', 1, true);
SELECT pg_catalog.setval('public.plan_activation', 1, true);
SELECT pg_catalog.setval('public.plan_row_seq', 2, true);
SELECT pg_catalog.setval('public.product_id_seq', 1, true);
ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (plan_row, name, slot);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_product_id_key_key UNIQUE (product_id, key);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (who, key);
ALTER TABLE ONLY public.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (plan_row, "row", id);
ALTER TABLE ONLY public.otaplan_schema
    ADD CONSTRAINT otaplan_schema_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.package_file
    ADD CONSTRAINT package_file_pkey PRIMARY KEY (package_row, place);
ALTER TABLE ONLY public.package
    ADD CONSTRAINT package_id_key UNIQUE (id);
ALTER TABLE ONLY public.package
    ADD CONSTRAINT package_name UNIQUE (name_identity);
ALTER TABLE ONLY public.package
    ADD CONSTRAINT package_pkey PRIMARY KEY ("row");
ALTER TABLE ONLY public.package
    ADD CONSTRAINT package_type_version_source_version_key UNIQUE (type, version, source_version);
ALTER TABLE ONLY public.plan_device
    ADD CONSTRAINT plan_device_pkey PRIMARY KEY (plan_row, "row");
ALTER TABLE ONLY public.plan
    ADD CONSTRAINT plan_id_key UNIQUE (id);
ALTER TABLE ONLY public.plan_lease
    ADD CONSTRAINT plan_lease_pkey PRIMARY KEY (plan_row);
ALTER TABLE ONLY public.plan
    ADD CONSTRAINT plan_name UNIQUE (name_identity);
ALTER TABLE ONLY public.plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY ("row");
ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_key_key UNIQUE (key);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.replica
    ADD CONSTRAINT replica_pkey PRIMARY KEY (slot);
ALTER TABLE ONLY public.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.timeline
    ADD CONSTRAINT timeline_pkey PRIMARY KEY (plan_row, "time", slot);
ALTER TABLE ONLY public.turn
    ADD CONSTRAINT turn_pkey PRIMARY KEY (name);
CREATE INDEX idempotency_by_age ON public.idempotency USING btree (created_at);
CREATE INDEX package_file_by_digest ON public.package_file USING btree (sha256);
CREATE INDEX plan_device_by_device ON public.plan_device USING btree (device_id);
CREATE INDEX plan_device_due ON public.plan_device USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX plan_device_failed ON public.plan_device USING btree (plan_row, "row") WHERE (status = 3);
CREATE INDEX plan_device_open ON public.plan_device USING btree (plan_row, phase, wave, "row") WHERE (phase < 3);
CREATE INDEX plan_due ON public.plan USING btree (due_at) WHERE (due_at IS NOT NULL);
