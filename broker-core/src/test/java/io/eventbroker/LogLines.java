package io.eventbroker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.read.ListAppender;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What the broker logs while this is open, at every level. */
final class LogLines implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.eventbroker.Broker");
    private final ListAppender<ILoggingEvent> list = new ListAppender<>();
    private final List<Appender<ILoggingEvent>> added = new CopyOnWriteArrayList<>();
    private final String broker;

    /** Attends to the broker of a name; other tests may have left one behind that still logs. */
    LogLines(String broker) {
        this.broker = broker;
        list.list = new CopyOnWriteArrayList<>(); // read while workers append
        logger.setLevel(Level.TRACE);
        logger.setAdditive(false);
        add(list);
    }

    /** Gives the logger one more appender of what this broker logs, for as long as this is open. */
    void add(Appender<ILoggingEvent> appender) {
        appender.addFilter(new Filter<>() {
            @Override
            public FilterReply decide(ILoggingEvent event) {
                return event.getFormattedMessage().contains("\"" + broker + "\"")
                        ? FilterReply.NEUTRAL
                        : FilterReply.DENY;
            }
        });
        appender.start();
        logger.addAppender(appender);
        added.add(appender);
    }

    /** All events so far, in order. */
    List<ILoggingEvent> events() {
        return List.copyOf(list.list);
    }

    /** All lines so far, each as its level and text. */
    List<String> lines() {
        return events().stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    void awaitLines(int count) {
        Tests.awaitTrue(count + " lines", () -> events().size() >= count);
    }

    @Override
    public void close() {
        added.forEach(logger::detachAppender);
        logger.setAdditive(true);
        logger.setLevel(null);
    }
}
