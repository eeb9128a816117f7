package io.eventbroker.examples.returns;

import static io.eventbroker.examples.returns.ReturnEvent.RETURNS;

import io.eventbroker.Broker;
import io.eventbroker.Handler;
import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where a department meets the broker: takes each return to it, publishes what it decided, and counts both.
 *
 * <p><b>Threads.</b> As {@link Department}: the counts belong to the subscription's worker until the broker has closed.
 */
final class Desk implements Handler<ReturnCreated> {
    private final Broker broker;
    private final Department department;
    private final Duration slowness;
    private long received;
    private long published;

    /** A desk that takes {@code slowness} longer over each return than its department does. */
    Desk(Broker broker, Department department, Duration slowness) {
        this.broker = broker;
        this.department = department;
        this.slowness = slowness;
    }

    @Override
    public void handle(ReturnCreated created) throws Exception {
        received++;
        TimeUnit.NANOSECONDS.sleep(slowness.toNanos());

        Optional<ReturnEvent> decision = department.decide(created);
        if (decision.isPresent()) {
            broker.publish(RETURNS, decision.get());
            published++;
        }
    }

    /** How many returns reached the department. */
    long received() {
        return received;
    }

    /** How many decisions the broker took. */
    long published() {
        return published;
    }
}
