INSERT INTO migrated VALUES (1, 'Grace');
