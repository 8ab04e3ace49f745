-- The name that the site's feed has for programs. An address can change; feed
-- readers would then show every post as new.

CREATE TABLE site_identity (
    singleton boolean NOT NULL DEFAULT true,
    id uuid NOT NULL,

    CONSTRAINT there_is_one_site PRIMARY KEY (singleton),
    CONSTRAINT site_is_the_one CHECK (singleton)
);
COMMENT ON TABLE site_identity IS
    'The id of the site, made once. The ids of the feed and of its entries come from it.';
COMMENT ON CONSTRAINT there_is_one_site ON site_identity IS
    'The site has one id.';
COMMENT ON CONSTRAINT site_is_the_one ON site_identity IS
    'The id of the site has no other name.';
INSERT INTO site_identity (id) VALUES (gen_random_uuid());

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE site_identity', 'SELECT');
