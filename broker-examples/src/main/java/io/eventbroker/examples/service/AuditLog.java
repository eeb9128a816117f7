package io.eventbroker.examples.service;

import io.eventbroker.Handler;
import io.eventbroker.Message;
import io.eventbroker.examples.service.model.ReturnEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Writes a log line for everything that happens to a return, and one wherever it missed something. */
final class AuditLog implements Handler<Message<ReturnEvent>> {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    @Override
    public void handle(Message<ReturnEvent> message) {
        if (message.missedBefore() > 0) {
            LOG.warn("{} events are not in this log, because too many came at once", message.missedBefore());
        }
        ReturnEvent event = message.event();
        MDC.put(Desk.RETURN, event.returnId().toString());
        try {
            LOG.info("{}: {}", event.kind(), event.detail());
        } finally {
            MDC.remove(Desk.RETURN);
        }
    }
}
