package io.eventbroker.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.examples.service.model.Department;
import io.eventbroker.examples.service.model.ReturnEvent.ReturnCreated;
import io.eventbroker.examples.service.store.Database;
import io.eventbroker.examples.service.store.ReturnStore;
import java.io.RandomAccessFile;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.h2.store.fs.Recorder;
import org.h2.store.fs.rec.FilePathRec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files that a process leaves behind when it dies between two of H2's writes, whichever: in each of them, indexes find
 * what is in their tables, or departments would not find all that is to do.
 */
@Tag("slow")
class CrashPointTest {
    private static final int THREADS = 8;

    /** By each thread: of the files that H2 writes with a connection for each, several are wrong. */
    private static final int RETURNS = 25;

    private static final int MOST_POINTS = 100;

    private final List<Change> changes = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path folder;

    /** Of the file: bytes from a position on, or none and the length that is left. */
    private record Change(byte[] bytes, long position) {
        void applyTo(RandomAccessFile file) throws Exception {
            if (bytes.length == 0) {
                file.setLength(position);
            } else {
                file.seek(position);
                file.write(bytes);
            }
        }
    }

    @BeforeEach
    void record() {
        FilePathRec.register();
        FilePathRec.setRecorder((operation, file, bytes, position) -> {
            if (operation == Recorder.WRITE) {
                changes.add(new Change(bytes.clone(), position));
            } else if (operation == Recorder.TRUNCATE) {
                changes.add(new Change(new byte[0], position));
            }
        });
    }

    @AfterEach
    void stopRecording() {
        FilePathRec.setRecorder(null);
    }

    @Test
    void whereverItEndsIndexesAgreeWithTheirTables() throws Exception {
        int begun;
        int ended;
        try (Database database = Database.open("jdbc:h2:rec:" + folder.resolve("returns"))) {
            begun = changes.size();
            work(new ReturnStore(database.connections()));
            ended = changes.size();
        }

        Path image = folder.resolve("image.mv.db");
        int step = Math.max(1, (ended - begun) / MOST_POINTS);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            for (int i = 0; i < ended; i++) {
                changes.get(i).applyTo(file);
                if (i >= begun && (i - begun) % step == 0) {
                    Files.copy(image, folder.resolve("left.mv.db"), StandardCopyOption.REPLACE_EXISTING);
                    assertIndexesAgree("after write " + i + " of " + begun + " to " + ended);
                }
            }
        }
    }

    private static void work(ReturnStore store) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> clients = Collections.nCopies(THREADS, () -> {
                for (int i = 0; i < RETURNS; i++) {
                    finish(store);
                }
                return null;
            });
            for (Future<Void> client : threads.invokeAll(clients, 60, TimeUnit.SECONDS)) {
                client.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void finish(ReturnStore store) {
        ReturnCreated created = new ReturnCreated(
                UUID.randomUUID(), "700014", "T1008", 1, new BigDecimal("0.0600"), "20005.0", "United Kingdom");
        store.add(created);
        for (Department department : Department.values()) {
            store.record(department, department.decide(created));
        }
        store.complete(created.returnId());
    }

    private void assertIndexesAgree(String moment) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + folder.resolve("left"))) {
            assertThat(number(connection, """
                            select count(*) from returns r use index () where not exists (
                              select 1 from returns i where i.id = r.id)"""))
                    .as("returns not found by id, %s", moment)
                    .isZero();
            assertThat(number(connection, """
                            select count(*) from returns r use index () where r.completed_at is null and not exists (
                              select 1 from returns i use index (returns_by_completion)
                              where i.completed_at is null and i.number = r.number)"""))
                    .as("open returns not found as such, %s", moment)
                    .isZero();
            assertThat(number(connection, """
                            select count(*) from effects e use index () where not exists (
                              select 1 from effects i where i.return_id = e.return_id and i.department = e.department)"""))
                    .as("effects not found by their key, %s", moment)
                    .isZero();
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }
}
