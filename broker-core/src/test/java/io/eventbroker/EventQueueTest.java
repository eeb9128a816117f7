package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a queue does by itself; what it does for subscriptions is tested by these. */
final class EventQueueTest {
    /** Hazard: a step of the stack for each piece of a long queue, and all pieces walked for each event. */
    @Test
    void aLongQueueIsLetGoOfAtTheEndOfAStack() throws InterruptedException {
        EventQueue queue = new EventQueue(Overflow.BACKPRESSURE, 1, false, false);
        for (int i = 0; i < 6_000_000; i++) {
            queue.put("a");
        }
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, queue::clear, "with a small stack", 1);
        thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
        thread.start();
        thread.join();
        assertThat(failure).hasNullValue();
        assertThat(queue.take()).isNull();
        assertThat(queue.size()).isEqualTo(6_000_000);
    }

    /** Hazard: an event that is a reference of its publisher's is taken for a place of a message, and emptied. */
    @Test
    void anEventThatIsLetGoOfIsNotChanged() {
        EventQueue queue = new EventQueue(Overflow.DROP_NEWEST, 1, false, false);
        AtomicReference<String> event = new AtomicReference<>("a");
        queue.put(event);
        queue.clear();
        assertThat(event).hasValue("a");
        assertThat(queue.take()).isNull();
    }

    /** Hazard: a piece that was read keeps the next one, and when it is old, that becomes old, too, and so on. */
    @Test
    void aPieceThatWasReadDoesNotKeepTheNext() throws ReflectiveOperationException {
        EventQueue queue = new EventQueue(Overflow.BACKPRESSURE, 1, false, false);
        Object piece = piece(queue);
        queue.put("a");
        queue.put("b");
        assertThat(piece).extracting("next").isNotNull();
        assertThat(queue.take()).isEqualTo("a");
        assertThat(piece(queue)).isSameAs(piece);
        assertThat(queue.take()).isEqualTo("b");
        assertThat(piece(queue)).isNotSameAs(piece);
        assertThat(piece).extracting("next").isNull();
    }

    @Test
    void whatDoesNotFitOnTheStackIsNotPutIn(@TempDir Path dir) throws Exception {
        String output = ChildJvm.run(dir, List.of(), PutsAtStackEnd.class, 200);
        assertThat(ChildJvm.sum(List.of(output), "overflows")).isPositive();
    }

    private static Object piece(EventQueue queue) throws ReflectiveOperationException {
        var end = EventQueue.class.getDeclaredField("out");
        end.setAccessible(true);
        var chunk = end.getType().getDeclaredField("chunk");
        chunk.setAccessible(true);
        return chunk.get(end.get(queue));
    }
}
