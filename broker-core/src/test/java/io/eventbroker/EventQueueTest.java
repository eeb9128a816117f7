package io.eventbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a queue does by itself; what it does for subscriptions is tested by these. */
final class EventQueueTest {
    /** Hazard: a step of the stack for each piece of a long queue, and all pieces walked for each event. */
    @Test
    void aLongQueueIsLetGoOfAtTheEndOfAStack() throws InterruptedException {
        EventQueue queue = new EventQueue(Overflow.BACKPRESSURE, 1, false, false);
        for (int i = 0; i < 300_000; i++) {
            queue.put(i);
        }
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, queue::clear, "with a small stack", 1);
        thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
        thread.start();
        thread.join();
        assertThat(failure).hasNullValue();
        assertThat(queue.take()).isNull();
        assertThat(queue.size()).isEqualTo(300_000);
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

    /** Hazard: the stack ends between the two steps of putting in, and what can be taken is counted as lost. */
    @Test
    void whatDoesNotFitOnTheStackIsNotPutIn() throws InterruptedException {
        Set<Boolean> results = new HashSet<>();
        for (int i = 0; i < 200; i++) { // each ends its stack elsewhere
            int padding = i;
            List<EventQueue> queues = Stream.generate(() -> new EventQueue(Overflow.BACKPRESSURE, 2, false, false))
                    .limit(30)
                    .toList();
            boolean[] arePut = new boolean[queues.size()];
            Runnable task = () -> pad(padding, () -> descend(queues, arePut, new int[1]));
            Thread thread = new Thread(null, task, "with a small stack", 150_000);
            thread.setUncaughtExceptionHandler((t, e) -> {});
            thread.start();
            thread.join();
            for (int k = 0; k < queues.size(); k++) {
                results.add(arePut[k]);
                assertThat(queues.get(k).size()).isEqualTo(arePut[k] ? 1 : 0);
                assertThat(queues.get(k).take()).isEqualTo(arePut[k] ? "a" : null);
            }
        }
        assertThat(results).contains(true, false);
    }

    private static void pad(int frames, Runnable task) {
        if (frames == 0) {
            task.run();
        } else {
            pad(frames - 1, task);
        }
    }

    private static void descend(List<EventQueue> queues, boolean[] arePut, int[] next) {
        if (next[0] == arePut.length) {
            return;
        }
        try {
            descend(queues, arePut, next);
        } finally {
            if (next[0] < arePut.length) {
                int i = next[0]++; // the next level up has the next queue
                queues.get(i).put("a");
                arePut[i] = true;
            }
        }
    }

    private static Object piece(EventQueue queue) throws ReflectiveOperationException {
        var end = EventQueue.class.getDeclaredField("out");
        end.setAccessible(true);
        var chunk = end.getType().getDeclaredField("chunk");
        chunk.setAccessible(true);
        return chunk.get(end.get(queue));
    }
}
