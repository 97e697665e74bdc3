-- Each row as one line of JSON, without the columns that it does not have: merging drops what is null.
SELECT json_merge_patch('{}', to_json(stored_in_order))::VARCHAR AS line
FROM stored_in_order;
