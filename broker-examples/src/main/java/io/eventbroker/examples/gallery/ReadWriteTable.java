package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A read-write lock: many readers or one writer. For a table that is read much, for a while each time, and seldom changed,
 * and whose entries must fit together. Readers read at the same time; a writer is alone; a reader sees all of a change or
 * nothing of it. The map that is handed over must not be kept, nor another thread be given it. A reader may have to wait
 * behind a writer that waits, so readers must not wait for each other; one that wants to write must let go first, else it
 * waits for itself. Where reading takes only a moment, replacing an immutable map in a {@code volatile} field is simpler
 * and faster. In Go this is {@code sync.RWMutex}.
 */
final class ReadWriteTable<K, V> {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<K, V> entries = new HashMap<>(); // guarded by the lock

    <R> R read(Function<Map<K, V>, R> reader) {
        return holding(lock.readLock(), reader);
    }

    void write(Consumer<Map<K, V>> writer) {
        holding(lock.writeLock(), map -> {
            writer.accept(map);
            return map;
        });
    }

    private <R> R holding(Lock held, Function<Map<K, V>, R> work) {
        held.lock();
        try {
            return work.apply(entries);
        } finally {
            held.unlock();
        }
    }

    static void run(PrintWriter out) {
        ReadWriteTable<String, Integer> accounts = new ReadWriteTable<>();
        accounts.write(map -> {
            map.put("ann", 1_000);
            map.put("bob", 0);
        });
        accounts.write(map -> {
            map.merge("ann", -250, Integer::sum);
            map.merge("bob", 250, Integer::sum);
        });
        String seen = accounts.read(map -> "ann has " + map.get("ann") + ", bob has " + map.get("bob"));
        out.println(seen);
    }
}
