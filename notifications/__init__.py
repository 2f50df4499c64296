"""A post office that has never heard of consultations: letters, calendar, outbox, delivery."""
