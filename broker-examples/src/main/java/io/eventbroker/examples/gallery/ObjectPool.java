package io.eventbroker.examples.gallery;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An object pool: a fixed number of objects that are lent and given back. For what is expensive to make and can be
 * used by one at a time, such as a connection or an encoder. There are never more than {@code size}; no two borrowers
 * have the same; each comes back when its lease is closed, once, however often that is called; who finds none waits,
 * no longer than it wants to. One that is broken is replaced by a new one, at the latest when somebody borrows it. It
 * does not notice a lease that is never closed. For connections to a database take a pool that also tests them, such
 * as HikariCP. In Go this is a buffered channel; {@code sync.Pool} is something else, a cache.
 */
final class ObjectPool<T> {
    private final BlockingQueue<Optional<T>> idle; // empty: the object was broken, and no new one could be made
    private final Supplier<T> maker;

    ObjectPool(int size, Supplier<T> maker) {
        this.idle = new ArrayBlockingQueue<>(size);
        this.maker = maker;
        for (int i = 0; i < size; i++) {
            idle.add(Optional.of(maker.get()));
        }
    }

    /** An object on loan, for one thread at a time. */
    final class Lease implements AutoCloseable {
        private final AtomicBoolean isReturned = new AtomicBoolean();
        private @Nullable T object; // null: broken

        private Lease(T object) {
            this.object = object;
        }

        T get() {
            if (isReturned.get()) {
                throw new IllegalStateException("the lease is over, and another may have the object");
            }
            if (object == null) {
                throw new IllegalStateException("the object is broken, and no new one could be made");
            }
            return object;
        }

        /** Gives back a new object in place of this one, which is broken; if none can be made, the next borrower tries. */
        void replace() {
            object = null;
            object = maker.get();
        }

        @Override
        public void close() {
            if (isReturned.compareAndSet(false, true)) {
                idle.add(Optional.ofNullable(object)); // there is a place for each
            }
        }
    }

    /**
     * Waits for an object.
     *
     * @throws TimeoutException if none came back in time
     */
    Lease borrow(Duration patience) throws InterruptedException, TimeoutException {
        Optional<T> place = idle.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (place == null) {
            throw new TimeoutException("none came back within " + patience);
        }
        try {
            return new Lease(place.orElseGet(maker));
        } catch (Throwable e) {
            idle.add(place);
            throw e;
        }
    }

    int idle() {
        return idle.size();
    }

    static void run(PrintWriter out) throws InterruptedException {
        ObjectPool<StringBuilder> pool = new ObjectPool<>(1, StringBuilder::new);
        try (ObjectPool<StringBuilder>.Lease lease = pool.borrow(Duration.ofSeconds(10))) {
            out.println(lease.get().append("borrowed"));
            out.println(pool.borrow(Duration.ofMillis(10)).get());
        } catch (TimeoutException e) {
            out.println(e.getMessage());
        }
        out.println(pool.idle() + " is back");
    }
}
