package io.eventbroker;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Logs what a broker tells about itself. Runs on a thread of its own, so that an appender may be slow. */
final class BrokerLog implements Handler<BrokerEvent> {
    static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private static final String FAILURE = "broker \"{}\": subscription \"{}\" failed on {} of topic \"{}\"{}";
    private static final String TO = "broker \"{}\": subscription \"{}\" to topic \"{}\" ";
    private static final String FULL = TO + "is full with {} events, and drops";
    private static final String ROOM = TO + "no longer drops; it dropped {} events";
    private static final String DISCONNECTED = TO + "was full with {} events, and is disconnected";
    private static final String ONCE = "; its further failures are counted, and logged at DEBUG";

    private final String broker;

    /** The subscriptions of which a failure was logged, those of late. */
    private final Set<String> complained = new HashSet<>();

    BrokerLog(String broker) {
        this.broker = broker;
    }

    /** Whether an event is for the log; failures, of which there may be many, leave half of it to the others. */
    static boolean isLogged(BrokerEvent event, QueuedSubscription<?> log) {
        return event instanceof BrokerEvent.DropsBegan
                || event instanceof BrokerEvent.DropsEnded
                || event instanceof BrokerEvent.Disconnected
                || event instanceof BrokerEvent.Failed
                || (event instanceof BrokerEvent.HandlerFailed && 2 * log.size() < log.capacity);
    }

    /** Logs a failure of a handler, at WARN if it is the first under its name. */
    static void complain(boolean isFirst, Throwable cause, String format, Object... arguments) {
        LOG.atLevel(isFirst ? Level.WARN : Level.DEBUG).setCause(cause).log(format, arguments);
    }

    @Override
    public void handle(BrokerEvent event) {
        if (event instanceof BrokerEvent.HandlerFailed failed) {
            String type = failed.event().getClass().getName();
            if (complained.size() == 1_000) {
                complained.clear();
            }
            boolean isFirst = complained.add(failed.subscription());
            String rest = isFirst ? ONCE : "";
            complain(isFirst, failed.cause(), FAILURE, broker, failed.subscription(), type, failed.topic(), rest);
        } else if (event instanceof BrokerEvent.DropsBegan began) {
            LOG.warn(FULL, broker, began.subscription(), began.topic(), began.capacity());
        } else if (event instanceof BrokerEvent.DropsEnded ended) {
            LOG.info(ROOM, broker, ended.subscription(), ended.topic(), ended.dropped());
        } else if (event instanceof BrokerEvent.Disconnected full) {
            LOG.warn(DISCONNECTED, broker, full.subscription(), full.topic(), full.capacity());
        } else if (event instanceof BrokerEvent.Failed failed) {
            LOG.error("broker \"{}\" failed: its thread died", broker, failed.cause());
        }
    }
}
