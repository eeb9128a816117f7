package io.eventbroker.examples.service;

import static java.util.stream.Collectors.toSet;
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
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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
 * The files that a process leaves behind when it dies between two of H2's writes, whichever: each has what was promised to
 * be kept, and its indexes find what is in their tables, or departments would not find all that is to do.
 */
@Tag("slow")
class CrashPointTest {
    private static final int THREADS = 8;

    /** By each thread: of the files that H2 writes with a connection for each, several are wrong. */
    private static final int RETURNS = 25;

    private static final int MOST_POINTS = 100;

    private final List<Change> changes = Collections.synchronizedList(new ArrayList<>());

    /** After how many changes of the file a return was promised to be kept. */
    private final Map<UUID, Integer> promised = new ConcurrentHashMap<>();

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
    void whereverItEndsNothingPromisedIsLostAndIndexesAgreeWithTheirTables() throws Exception {
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
                    assertWhole(i + 1, "ended after change " + i + ", work was from " + begun + " to " + ended);
                }
            }
        }
    }

    private void work(ReturnStore store) throws Exception {
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

    private void finish(ReturnStore store) {
        ReturnCreated created = new ReturnCreated(
                UUID.randomUUID(), "700014", "T1008", 1, new BigDecimal("0.0600"), "20005.0", "United Kingdom");
        store.add(created);
        promised.put(created.returnId(), changes.size());
        for (Department department : Department.values()) {
            store.record(department, department.decide(created));
        }
        store.complete(created.returnId());
    }

    private void assertWhole(int applied, String moment) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + folder.resolve("left"))) {
            Set<String> due = promised.entrySet().stream()
                    .filter(one -> one.getValue() <= applied)
                    .map(one -> one.getKey().toString())
                    .collect(toSet());
            assertThat(lines(connection, "select id from returns use index ()"))
                    .as("stored, %s", moment)
                    .containsAll(due);
            for (String index : lines(connection, """
                    select index_name || ' ' || table_name || ' '
                      || listagg(column_name, ',') within group (order by ordinal_position)
                    from information_schema.index_columns where table_name in ('RETURNS', 'EFFECTS', 'RESTOCK')
                    group by index_name, table_name""")) {
                String[] parts = index.split(" ");
                assertAgrees(connection, parts[0], "select " + parts[2] + " from " + parts[1], moment);
            }
        }
    }

    private static void assertAgrees(Connection connection, String index, String query, String moment)
            throws SQLException {
        String byIndex = query + " use index (" + index + ")";
        assertThat(lines(connection, "explain " + byIndex))
                .singleElement()
                .asString()
                .contains("." + index + " ");
        assertThat(lines(connection, byIndex))
                .as("%s, %s", byIndex, moment)
                .containsExactlyInAnyOrderElementsOf(lines(connection, query + " use index ()"));
    }

    private static List<String> lines(Connection connection, String query) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                StringBuilder line = new StringBuilder(String.valueOf(rows.getString(1)));
                for (int i = 2; i <= rows.getMetaData().getColumnCount(); i++) {
                    line.append(' ').append(rows.getString(i));
                }
                lines.add(line.toString());
            }
        }
        return lines;
    }
}
