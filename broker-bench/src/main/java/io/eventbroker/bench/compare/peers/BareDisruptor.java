package io.eventbroker.bench.compare.peers;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A limit: one ring of the LMAX Disruptor, and a thread for each subscriber that reads it. All read the same ring, so
 * that the slowest holds up the publishers, and nobody can come or go.
 */
final class BareDisruptor implements Contender {
    /** For any number of publishers. */
    static final List<Entry.Setting> MULTI = settings(ProducerType.MULTI);

    /** For one publisher. */
    static final List<Entry.Setting> SINGLE = settings(ProducerType.SINGLE);

    private static final EventTranslatorOneArg<Slot, Event> FILL = (slot, sequence, event) -> slot.event = event;

    private final WaitStrategy waiting;
    private final Disruptor<Slot> disruptor;

    /** A place of the ring. */
    private static final class Slot {
        private @Nullable Event event;
    }

    private BareDisruptor(ProducerType producers, WaitStrategy waiting) {
        this.waiting = waiting;
        disruptor = new Disruptor<>(Slot::new, Load.CAPACITY, DaemonThreadFactory.INSTANCE, producers, waiting);
    }

    private static List<Entry.Setting> settings(ProducerType producers) {
        return List.of(
                new Entry.Setting("blocking", () -> new BareDisruptor(producers, new BlockingWaitStrategy())),
                new Entry.Setting("yielding", () -> new BareDisruptor(producers, new YieldingWaitStrategy())));
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        for (Tally subscriber : subscribers) {
            disruptor.handleEventsWith((slot, sequence, endOfBatch) -> {
                Event event = slot.event;
                if (event != null) {
                    subscriber.receive(event);
                }
            });
        }
        disruptor.start();
    }

    @Override
    public Consumer<Event> publisher() {
        RingBuffer<Slot> ring = disruptor.getRingBuffer();
        return event -> ring.publishEvent(FILL, event);
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("waitStrategy", waiting.getClass().getSimpleName());
    }

    @Override
    public void close() {
        disruptor.halt();
    }
}
