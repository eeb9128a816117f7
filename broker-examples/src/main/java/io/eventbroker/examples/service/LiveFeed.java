package io.eventbroker.examples.service;

import io.eventbroker.BrokerClosedException;
import io.eventbroker.Inbox;
import io.eventbroker.Message;
import io.eventbroker.SubscriptionClosedException;
import io.eventbroker.examples.service.model.ReturnEvent;
import io.javalin.http.sse.SseClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What live pages see, as server-sent events: {@code events}, everything that happens to returns, and {@code stats},
 * twice a second. Each page has an inbox of its own, so that one on a slow line misses events, and delays nobody.
 */
final class LiveFeed implements Consumer<SseClient> {
    private static final Duration PERIOD = Duration.ofMillis(500);

    /** Each page takes a thread. */
    private static final int MAX_PAGES = 16;

    private final ReturnService service;
    private final Semaphore places = new Semaphore(MAX_PAGES);
    private final AtomicLong pages = new AtomicLong();

    private record EventView(UUID returnId, String kind, String detail, long missedBefore) {
        static EventView of(Message<ReturnEvent> message) {
            ReturnEvent event = message.event();
            return new EventView(event.returnId(), event.kind(), event.detail(), message.missedBefore());
        }
    }

    LiveFeed(ReturnService service) {
        this.service = service;
    }

    /** Serves one page until it is closed, or the service is. */
    @Override
    public void accept(SseClient client) {
        if (!places.tryAcquire()) {
            client.close();
            return;
        }
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
