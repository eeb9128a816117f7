package io.eventbroker.bench.compare.peers;

import io.eventbroker.bench.compare.load.Contender;
import io.eventbroker.bench.compare.load.Event;
import io.eventbroker.bench.compare.load.Load;
import io.eventbroker.bench.compare.load.Scenario;
import io.eventbroker.bench.compare.load.Tally;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.CompositeDisposable;
import io.reactivex.rxjava3.processors.FlowableProcessor;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subjects.Subject;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * RxJava: for each topic a processor or a subject, serialized if there are several publishers; each subscriber takes over
 * on another thread by {@code observeOn}. That of a processor asks for more only when three quarters of its buffer are
 * taken, so the buffer is twice what others have.
 */
final class RxJava implements Contender {
    /** With or without backpressure, and on what threads. */
    static final List<Entry.Setting> SETTINGS = List.of(
            new Entry.Setting("PublishProcessor, computation", () -> new RxJava(true, Schedulers.computation())),
            new Entry.Setting("PublishSubject, computation", () -> new RxJava(false, Schedulers.computation())),
            new Entry.Setting(
                    "PublishProcessor, a thread for each subscriber", () -> new RxJava(true, Schedulers.newThread())));

    private final boolean backpressure;
    private final Scheduler scheduler;
    private final CompositeDisposable subscriptions = new CompositeDisposable();
    private List<Consumer<Event>> ways = List.of();

    private RxJava(boolean backpressure, Scheduler scheduler) {
        this.backpressure = backpressure;
        this.scheduler = scheduler;
    }

    @Override
    public void open(Scenario scenario, List<Tally> subscribers) {
        boolean several = scenario.publishers() > 1;
        ways = Ways.perTopic(
                scenario, number -> backpressure ? processor(several, subscribers) : subject(several, subscribers));
    }

    private Consumer<Event> processor(boolean severalPublishers, List<Tally> subscribers) {
        PublishProcessor<Event> plain = PublishProcessor.create();
        FlowableProcessor<Event> processor = severalPublishers ? plain.toSerialized() : plain;
        for (Tally subscriber : subscribers) {
            subscriptions.add(
                    processor.observeOn(scheduler, false, 2 * Load.CAPACITY).subscribe(subscriber::receive));
        }
        return processor::onNext;
    }

    private Consumer<Event> subject(boolean severalPublishers, List<Tally> subscribers) {
        PublishSubject<Event> plain = PublishSubject.create();
        Subject<Event> subject = severalPublishers ? plain.toSerialized() : plain;
        for (Tally subscriber : subscribers) {
            subscriptions.add(subject.observeOn(scheduler, false, Load.CAPACITY).subscribe(subscriber::receive));
        }
        return subject::onNext;
    }

    @Override
    public Consumer<Event> publisher() {
        return Ways.byTopic(ways);
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of(
                "backpressure", backpressure, "scheduler", scheduler.getClass().getSimpleName());
    }

    @Override
    public void close() {
        subscriptions.dispose();
    }
}
