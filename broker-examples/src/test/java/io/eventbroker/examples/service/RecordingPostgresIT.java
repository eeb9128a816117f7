package io.eventbroker.examples.service;

import io.eventbroker.examples.service.model.Department;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the key of its table makes an effect once, with a connection for each who tries. Needs PostgreSQL. */
class RecordingPostgresIT {
    @ParameterizedTest
    @EnumSource(Department.class)
    void ofManyWhoRecordTheSameEffectOneDoes(Department department) throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            RecordingAtOnce.assertOnlyOneDoes(server.url(), department);
        }
    }
}
