package io.eventbroker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.eventbroker.ReferenceModel.Phase;
import io.eventbroker.ReferenceParts.Told;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** What brokers log while simulations run: instead of being printed, it is compared with what the model has to log. */
final class SimulationLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final Logger LOG = (Logger) LoggerFactory.getLogger(Broker.class);

    private static final Map<String, Level> LEVELS = Map.of(
            "DropsBegan", Level.WARN, "DropsEnded", Level.INFO, "Disconnected", Level.WARN, "Failed", Level.ERROR);

    private final Level usualLevel = LOG.getLevel();
    private final boolean usuallyAdditive = LOG.isAdditive();
    private final Set<Object> failing = new HashSet<>();
    private Simulation run;

    SimulationLog() {
        LOG.setLevel(Level.DEBUG);
        LOG.setAdditive(false);
        start();
        LOG.addAppender(this);
    }

    void follow(Simulation next) {
        run = next;
        failing.clear();
    }

    @Override
    protected void append(ILoggingEvent line) {
        String text = line.getMessage();
        if (run == null || text.contains("closed with losses") || text.contains("to broker events failed")) {
            return; // by the closer; by a worker of somebody who subscribed to broker events
        }
        if (text.contains("to topic") && ReferenceParts.EVENTS.equals(line.getArgumentArray()[2])) {
            run.logged(); // drops of who subscribed to broker events are told to the log alone
            return;
        }
        Simulation followed = run;
        followed.judge(() -> {
            followed.observe();
            if (isOneOfTheLast(line)) {
                followed.logged();
                return;
            }
            Told due = due(line);
            followed.require(followed.model.events.log.remove(due), "logged: " + line);
            List<?> parts = due.parts();
            Level level = LEVELS.get(due.kind());
            if (level == null) {
                level = failing.add(parts.get(0)) ? Level.WARN : Level.DEBUG;
            }
            followed.same("level of " + line, level, line.getLevel());
            Object last = parts.get(parts.size() - 1);
            if (last instanceof Throwable) {
                Object told = ((ThrowableProxy) line.getThrowableProxy()).getThrowable();
                followed.require(last == told, "logged " + told + ", should log " + last);
            } else {
                String name = "\"" + parts.get(0) + "\"";
                followed.require(
                        line.getFormattedMessage().contains(name)
                                && line.getFormattedMessage().contains(" " + last + " events"),
                        "logged: " + line + ", should log " + due);
            }
            followed.logged();
        });
    }

    private static boolean isLeftOut(Told due, ILoggingEvent line) {
        return due.kind().equals("HandlerFailed")
                && (line.getThrowableProxy() == null
                        || ((ThrowableProxy) line.getThrowableProxy()).getThrowable()
                                != due.parts().get(3));
    }

    /** The end of an episode at the end of the broker, told in whatever order; without spies it is not known in which. */
    private boolean isOneOfTheLast(ILoggingEvent line) {
        boolean isLast = line.getLevel() == Level.INFO && run.model.phase.compareTo(Phase.CLOSING) >= 0;
        return isLast
                && !run.events.isSpied()
                && run.model.events.log.stream()
                        .filter(told -> told.kind().equals("DropsEnded"))
                        .findFirst()
                        .map(run.model.events.log::remove)
                        .orElse(false);
    }

    /** The next line. */
    private Told due(ILoggingEvent line) {
        Told first = run.model.events.log.peek();
        while (run.model.events.wasLogLong && first != null && isLeftOut(first, line)) {
            run.model.events.log.remove();
            first = run.model.events.log.peek();
        }
        return first;
    }

    @Override
    public void close() {
        LOG.detachAppender(this);
        LOG.setAdditive(usuallyAdditive);
        LOG.setLevel(usualLevel);
    }
}
