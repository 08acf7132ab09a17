// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import static java.util.stream.Collectors.toCollection;

import io.lorafleet.messages.BlobTree;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.load.Client;
import io.lorafleet.standalone.chaos.load.GatewayCalls;
import io.lorafleet.standalone.chaos.load.Load;
import io.lorafleet.standalone.chaos.proxy.Rule;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.chaos.room.Meters;
import io.lorafleet.standalone.chaos.room.Room;
import io.lorafleet.standalone.history.FaultEvent;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import io.lorafleet.standalone.history.TopicEvent.RunFinished;
import io.lorafleet.standalone.history.TopicEvent.RunStarted;
import io.lorafleet.standalone.history.TopicEvent.Started;
import io.lorafleet.standalone.history.TopicEvent.WorkerReported;
import io.lorafleet.standalone.history.WorkerEvent.Exited;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Injects faults, waits for their effects, and writes both into the history. */
public final class Nemesis {
    private static final String SOURCE = "faults";
    private static final Duration EFFECT = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final Room room;
    private final Recorder recorder;
    private final Random random;
    private final Duration outage;
    private final Load load;
    private final Consumer<String> notices;

    /**
     * @param outage how long a fault lasts, unless the cell needs a specific duration
     * @param notices receives messages for the user
     */
    public Nemesis(Room room, Recorder recorder, Random random, Duration outage, Load load, Consumer<String> notices) {
        this.room = room;
        this.recorder = recorder;
        this.random = random;
        this.outage = outage;
        this.load = load;
        this.notices = notices;
    }

    public Load load() {
        return load;
    }

    public void say(String notice) {
        notices.accept(notice);
    }

    public Room room() {
        return room;
    }

    public Random random() {
        return random;
    }

    public Duration outage() {
        return outage;
    }

    /** A fault in progress. */
    public final class Active {
        private final String fault;
        private final String target;
        private final long since = recorder.now();

        private Active(String fault, String target) {
            this.fault = fault;
            this.target = target;
            recorder.record(SOURCE, new FaultEvent.Began(since, fault, target));
        }

        public void struck(String evidence) {
            recorder.record(SOURCE, new FaultEvent.Struck(recorder.now(), fault, target, evidence));
        }

        /** Waits until a worker starts another attempt at one of the requests. */
        public void awaitAnotherAttempt(Set<String> requests) throws InterruptedException {
            Started again = awaitEffect(
                    "another attempt at one of " + requests,
                    () -> recorder.all(Started.class).stream()
                            .filter(each -> each.t() > since && requests.contains(each.id()))
                            .findFirst());
            struck(again.worker() + " began another attempt at " + again.id());
        }

        /** Sends requests to the gateways until a request is not accepted. */
        public void awaitRefusal(List<String> gateways) throws InterruptedException {
            Client client = load.client("refused");
            List<GatewayCalls> asked = load.gateways().stream()
                    .filter(gateway -> gateways.contains(gateway.name()))
                    .toList();
            for (int i = 0; recorder.now() - since < EFFECT.toMillis(); i++) {
                GatewayCalls gateway = asked.get(i % asked.size());
                if (client.submitOnce(
                                gateway,
                                "refused-" + since + "-" + i,
                                load.orders().next(random),
                                false)
                        == null) {
                    struck(gateway.name() + " did not accept a request");
                    return;
                }
                Thread.sleep(PAUSE.toMillis());
            }
            throw new FleetException("expected " + gateways + " to refuse a request within " + EFFECT.toSeconds()
                    + " s, but they accepted all requests");
        }
    }

    public Active begin(String fault, String target) {
        return new Active(fault, target);
    }

    /** Waits for an effect of a fault. */
    public <T> T awaitEffect(String what, Supplier<Optional<T>> effect) throws InterruptedException {
        return Recorder.await(what, EFFECT, effect);
    }

    /** Waits until a condition holds. */
    void awaitThat(String what, BooleanSupplier condition) throws InterruptedException {
        Recorder.awaitThat(what, EFFECT, condition);
    }

    /** Waits until a proxy holds a frame because of the rule. */
    void awaitHeld(String what, Rule rule) throws InterruptedException {
        awaitThat(what + " to be held", () -> rule.hits() > 0);
    }

    /** Lets a fault last. */
    public void lastFor(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    public void lastForOutage() throws InterruptedException {
        lastFor(outage);
    }

    /** Waits until a worker is working on a request. */
    void awaitBusy(String worker) throws InterruptedException {
        awaitThat(worker + " to be busy", () -> !underWay(worker).isEmpty());
    }

    /** @return a worker that is working on a request */
    public String busyWorker() throws InterruptedException {
        return Recorder.await("a worker with a request", EFFECT, () -> {
            List<String> busy = room.workers().stream()
                    .filter(worker -> !underWay(worker).isEmpty())
                    .toList();
            return busy.isEmpty() ? Optional.empty() : Optional.of(busy.get(random.nextInt(busy.size())));
        });
    }

    /** @return the requests that a worker has started but not finished */
    public Set<String> underWay(String worker) {
        long exit = recorder.all(Exited.class).stream()
                .filter(each -> each.worker().equals(worker))
                .mapToLong(Exited::t)
                .max()
                .orElse(0);
        Map<String, Started> latest = new HashMap<>();
        recorder.all(Started.class).forEach(each -> latest.put(each.id(), each));
        return latest.values().stream()
                .filter(each -> each.worker().equals(worker) && each.t() > exit && !recorder.hasEnded(each.id()))
                .map(Started::id)
                .collect(toCollection(TreeSet::new));
    }

    /** @return all requests so far, in the order in which their records were read */
    Stream<Requested> requests() {
        return recorder.all(Requested.class).stream();
    }

    boolean hasEnded(String id) {
        return recorder.hasEnded(id);
    }

    /** @return all attempts so far, in the order in which their records were read */
    Stream<Started> attempts() {
        return recorder.all(Started.class).stream();
    }

    /** @return all results so far, in the order in which their records were read */
    public Stream<Ended> ends() {
        return recorder.all(Ended.class).stream();
    }

    /** Waits until each worker has reported that it has loaded a version. */
    void awaitResident(String version) throws InterruptedException {
        awaitThat(
                "each worker to load " + version,
                () -> recorder.all(WorkerReported.class).stream()
                        .filter(report -> report.resident().contains(version))
                        .map(WorkerReported::worker)
                        .collect(toCollection(TreeSet::new))
                        .containsAll(room.workers()));
    }

    /** Waits until a request ends. */
    Ended awaitEnd(String id) throws InterruptedException {
        return awaitEffect(
                "the end of " + id,
                () -> ends().filter(each -> each.id().equals(id)).findFirst());
    }

    /** Waits until a training run is in progress. */
    void awaitRunUnderWay() throws InterruptedException {
        awaitEffect(
                "a training run in progress",
                () -> recorder.all(RunStarted.class).stream()
                        .filter(run -> recorder.all(RunFinished.class).stream()
                                .noneMatch(end -> end.lineage().fromOffset()
                                        == run.lineage().fromOffset()))
                        .findFirst());
    }

    /** Waits until a training run has stored a checkpoint. */
    void awaitCheckpoint() throws InterruptedException {
        awaitThat("a training checkpoint", () -> room.hasBlobs(BlobTree.TRAINING));
    }

    /**
     * Waits for a training run to end. Runs that ended before this call do not count.
     *
     * @return the run
     */
    public String awaitFinishedRun() throws InterruptedException {
        long since = recorder.now();
        RunFinished run = awaitEffect(
                "the end of a training run", () -> finishedRunsSince(since).findFirst());
        return "the run from offset " + run.lineage().fromOffset();
    }

    /** Waits for a training run of each adapter to end. Runs that ended before this call do not count. */
    void awaitFinishedRunOfEachAdapter() throws InterruptedException {
        long since = recorder.now();
        Set<String> waiting = new TreeSet<>(load.orders().adapters());
        awaitThat("the end of a training run of each adapter", () -> {
            finishedRunsSince(since).forEach(run -> waiting.remove(run.adapter()));
            return waiting.isEmpty();
        });
    }

    private Stream<RunFinished> finishedRunsSince(long time) {
        return recorder.all(RunFinished.class).stream().filter(run -> run.committed() && run.t() > time);
    }

    public void damaged(String key) {
        recorder.record(SOURCE, new FaultEvent.BlobDamaged(recorder.now(), key));
    }

    /**
     * Waits until each worker has started processing a request after this call.
     *
     * @return the time that this took, in milliseconds
     */
    public long awaitHealed() throws InterruptedException {
        long since = recorder.now();
        awaitThat(
                "each worker to start a request",
                () -> recorder.begunAfter(since).containsAll(room.workers()));
        return recorder.now() - since;
    }

    /**
     * Reports how much heap each gateway and worker uses after a garbage collection, and how many time series it
     * exports.
     */
    public void noteMemory() throws IOException, InterruptedException {
        for (String service :
                Stream.concat(room.gateways().stream(), room.workers().stream()).toList()) {
            room.process(service).collectGarbage();
            say(service + ": " + Meters.text(room.process(service).answer("/q/metrics")));
        }
    }

    /** Starts a process again, and returns when it is ready. */
    public void restart(String service) throws IOException, InterruptedException {
        room.process(service).start();
        room.process(service).awaitReady();
    }
}
