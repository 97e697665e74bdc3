-- Every row that is stored counts: no run is there in more than one attempt.
CREATE VIEW records AS FROM stored;
