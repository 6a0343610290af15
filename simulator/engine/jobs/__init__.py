"""Jobs and job schedules over time, and what a job does on a node before and after its tasks."""
