package io.eventbroker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** An inbox of messages as one of events, which adds up what its readers were told to have missed. */
final class MissedInbox<T> implements Inbox<T> {
    private final Inbox<Message<T>> messages;
    private final LongAdder missed;

    MissedInbox(Inbox<Message<T>> messages, LongAdder missed) {
        this.messages = messages;
        this.missed = missed;
    }

    private T open(Message<T> message) {
        if (message == null) {
            return null;
        }
        missed.add(message.missedBefore());
        return message.event();
    }

    @Override
    public T take() throws InterruptedException {
        return open(messages.take());
    }

    @Override
    public T poll() {
        return open(messages.poll());
    }

    @Override
    public T poll(Duration timeout) throws InterruptedException {
        return open(messages.poll(timeout));
    }

    @Override
    public int drainTo(Collection<? super T> sink) {
        List<Message<T>> drained = new ArrayList<>();
        int count = messages.drainTo(drained);
        drained.forEach(message -> sink.add(open(message)));
        return count;
    }

    @Override
    public Iterator<T> iterator() {
        Iterator<Message<T>> iterator = messages.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public T next() {
                return open(iterator.next());
            }
        };
    }

    @Override
    public String name() {
        return messages.name();
    }

    @Override
    public SubscriptionStats stats() {
        return messages.stats();
    }

    @Override
    public void unsubscribe() {
        messages.unsubscribe();
    }
}
