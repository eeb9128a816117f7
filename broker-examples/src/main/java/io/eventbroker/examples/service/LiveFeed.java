package io.eventbroker.examples.service;

import io.eventbroker.BrokerClosedException;
import io.eventbroker.Inbox;
import io.eventbroker.Message;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.examples.service.model.ReturnEvent;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What live pages see, as server-sent events: {@code events}, everything that happens to returns, and {@code stats},
 * twice a second. Each page has an inbox of its own, so that one on a slow line misses events, and delays nobody.
 */
final class LiveFeed implements Handler {
    private static final Duration PERIOD = Duration.ofMillis(500);

    /** Each page takes a thread. */
    static final int MAX_PAGES = 16;

    private static final String EVENT_STREAM = "text/event-stream";

    private final ReturnService service;
    private final Semaphore places = new Semaphore(MAX_PAGES);
    private final AtomicLong pages = new AtomicLong();
    private final SseHandler feed = new SseHandler(this::accept);

    private record EventView(UUID returnId, String kind, String detail, long missedBefore) {
        static EventView of(Message<ReturnEvent> message) {
            ReturnEvent event = message.event();
            return new EventView(event.returnId(), event.kind(), event.detail(), message.missedBefore());
        }
    }

    LiveFeed(ReturnService service) {
        this.service = service;
    }

    /** Begins to serve a page, unless there are too many: it would come again and again if it got an empty feed. */
    @Override
    public void handle(Context ctx) {
        if (!String.valueOf(ctx.header("Accept")).contains(EVENT_STREAM)) {
            throw Refusal.notAcceptable("this is a feed: accept " + EVENT_STREAM);
        }
        if (!places.tryAcquire()) {
            throw Refusal.unavailable("there are " + MAX_PAGES + " live pages already");
        }
        boolean isBegun = false;
        try {
            feed.handle(ctx);
            isBegun = true;
        } finally {
            if (!isBegun) {
                places.release();
            }
        }
    }

    /** Serves one page, which has a place, until it is closed, or the service is. */
    private void accept(SseClient client) {
        try (Inbox<Message<ReturnEvent>> inbox = service.onlooker("page-" + pages.incrementAndGet())) {
            serve(client, inbox);
        } catch (BrokerClosedException | SubscriptionClosedException e) {
            // the service closes, and so does the feed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            places.release();
            client.close();
        }
    }

    private void serve(SseClient client, Inbox<Message<ReturnEvent>> inbox) throws InterruptedException {
        List<Message<ReturnEvent>> messages = new ArrayList<>();
        long nextStats = System.nanoTime();
        while (!client.terminated()) {
            long wait = nextStats - System.nanoTime();
            Message<ReturnEvent> message = inbox.poll(Duration.ofNanos(wait));
            if (message != null) {
                messages.add(message);
                inbox.drainTo(messages);
                client.sendEvent("events", messages.stream().map(EventView::of).toList());
                messages.clear();
            }
            if (System.nanoTime() - nextStats >= 0) {
                client.sendEvent("stats", service.liveStats());
                nextStats = System.nanoTime() + PERIOD.toNanos();
            }
        }
    }
}
