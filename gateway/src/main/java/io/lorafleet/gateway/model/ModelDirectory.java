// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The workers, their pools, and the base models that they announce. */
@Singleton
public final class ModelDirectory {
    /** An alias for the default base in OpenAI's API, in addition to the base's own name. */
    private static final String BASE = "base";

    /** Default size of an unknown base: that of Stable Diffusion 1.5. */
    private static final int USUAL_SIZE = 512;

    /**
     * How long a computed list of pools is reused. Each request needs the list, and computing it takes time
     * proportional to the number of workers. The list is computed again at once if a status announces a new pool, a new
     * base, a worker without one of the pool's ControlNets, or a worker of a pool without ready slots. Other changes are
     * noticed when this time has passed.
     */
    private static final Duration POOLS_KEPT = Duration.ofSeconds(1);

    private static final Comparator<KnownWorker> READY_THEN_NEWEST = Comparator.comparing(
                    (KnownWorker worker) -> worker.state() == KnownWorker.State.READY)
            .thenComparing(KnownWorker::lastSeen)
            .thenComparing(ModelDirectory::id);

    private final Map<String, Seen> workers = new ConcurrentHashMap<>();
    /** For each pool, the last status of the worker that was removed last. */
    private final Map<String, WorkerStatus> removed = new ConcurrentHashMap<>();

    private final Clock clock;
    private final @Nullable String defaultModel;
    private volatile @Nullable Snapshot snapshot;

    private record Seen(WorkerStatus status, Instant at) {}

    private record Snapshot(Instant at, List<Pool> pools) {}

    @Inject
    ModelDirectory(Clock clock, GatewayConfig config) {
        this(clock, config.gateway().defaultModel().orElse(null));
    }

    /** @param defaultModel name of the default base; null for the base of the default pool, or for the only base */
    public ModelDirectory(Clock clock, @Nullable String defaultModel) {
        this.clock = clock;
        this.defaultModel = defaultModel;
    }

    public ModelDirectory(Clock clock) {
        this(clock, (String) null);
    }

    /** Applies a status that the gateway has just received. */
    public void apply(WorkerStatus status) {
        apply(status, clock.instant());
    }

    /** @param seenAt time at which the broker received the status */
    public void apply(WorkerStatus status, Instant seenAt) {
        workers.put(status.workerId(), new Seen(status, seenAt));
        Snapshot now = snapshot;
        if (now != null && !describes(now, status)) {
            snapshot = null;
        }
    }

    /**
     * @return whether the list of pools can be kept: the worker's pool is known, has ready slots, has the worker's base,
     *     and has no ControlNet that the worker does not have
     */
    private static boolean describes(Snapshot snapshot, WorkerStatus status) {
        return snapshot.pools().stream()
                .anyMatch(pool -> pool.name().equals(status.poolName())
                        && pool.base().equals(status.model())
                        && status.availableControlNets().containsAll(pool.controlNets())
                        && pool.readySlots() > 0);
    }

    /** Removes a worker whose record was deleted. If it was its pool's last worker, the pool keeps its model. */
    public void forget(String workerId) {
        Seen worker = workers.remove(workerId);
        if (worker != null) {
            removed.put(worker.status().poolName(), worker.status());
            snapshot = null;
        }
    }

    /**
     * @return the ids of the workers that have sent no status since this time, except, in each pool, the worker from
     *     which the pool's base is taken
     */
    public List<String> lostBefore(Instant time) {
        Set<KnownWorker> newest = Set.copyOf(newestByPool().values());
        return workers().stream()
                .filter(worker -> worker.lastSeen().isBefore(time) && !newest.contains(worker))
                .map(ModelDirectory::id)
                .toList();
    }

    private Map<String, KnownWorker> newestByPool() {
        return known().collect(Collectors.toMap(
                worker -> worker.status().poolName(),
                Function.identity(),
                (one, other) -> READY_THEN_NEWEST.compare(one, other) > 0 ? one : other));
    }

    /** @return all known workers, ordered by id */
    public List<KnownWorker> workers() {
        return known().sorted(Comparator.comparing(ModelDirectory::id)).toList();
    }

    /** @return the number of workers of a pool in this state */
    public long count(String pool, KnownWorker.State state) {
        return known().filter(worker ->
                        worker.state() == state && worker.status().poolName().equals(pool))
                .count();
    }

    private Stream<KnownWorker> known() {
        Instant now = clock.instant();
        return workers.values().stream().map(seen -> KnownWorker.of(seen.status(), seen.at(), now));
    }

    private static String id(KnownWorker worker) {
        return worker.status().workerId();
    }

    /**
     * @return the pools whose base is known, ordered by name. The base of a pool without workers is that of the worker
     *     that was removed last: requests can wait for its replacement, which is expected to have the same base
     */
    public List<Pool> pools() {
        Snapshot kept = snapshot;
        Instant now = clock.instant();
        if (kept == null || Duration.between(kept.at(), now).abs().compareTo(POOLS_KEPT) > 0) {
            kept = new Snapshot(now, currentPools());
            snapshot = kept;
        }
        return kept.pools();
    }

    private List<Pool> currentPools() {
        Map<String, Integer> slots = new HashMap<>();
        Map<String, Integer> rows = new HashMap<>();
        Map<String, List<PinnedControlNet>> controlNets = new HashMap<>();
        known().filter(worker -> worker.state() == KnownWorker.State.READY)
                .map(KnownWorker::status)
                .forEach(worker -> {
                    slots.merge(worker.poolName(), worker.slots(), Integer::sum);
                    rows.merge(worker.poolName(), batchRows(worker), Integer::sum);
                    controlNets.merge(worker.poolName(), worker.availableControlNets(), ModelDirectory::inBoth);
                });
        Map<String, WorkerStatus> workerOfBase = new TreeMap<>(removed);
        newestByPool().forEach((pool, worker) -> workerOfBase.put(pool, worker.status()));
        List<Pool> pools = new ArrayList<>();
        workerOfBase.forEach((name, worker) -> pools.add(new Pool(
                name,
                worker.model(),
                slots.getOrDefault(name, 0),
                rows.getOrDefault(name, 0),
                controlNets.getOrDefault(name, worker.availableControlNets()))));
        return List.copyOf(pools);
    }

    private static List<PinnedControlNet> inBoth(List<PinnedControlNet> one, List<PinnedControlNet> other) {
        return one.stream().filter(other::contains).toList();
    }

    /** A worker that has not run a batch does not say how many rows fit: assume an image with guidance per slot. */
    private static int batchRows(WorkerStatus worker) {
        return worker.batches() == null ? 2 * worker.slots() : worker.batches().capacity();
    }

    /** @return the bases of all pools, each once; the default base comes first */
    public List<BaseModel> bases() {
        Stream<BaseModel> all = pools().stream().map(Pool::base);
        return Stream.concat(current().stream(), all).distinct().toList();
    }

    /** @return the names of the bases, for error messages */
    public String baseNames() {
        return bases().stream().map(BaseModel::name).collect(Collectors.joining(", "));
    }

    /**
     * Returns the default base, for requests that name neither a base nor an adapter whose base is known: the
     * configured base, otherwise the base of the default pool, otherwise the only base. Empty if there is no such base,
     * or if no worker has announced it yet.
     */
    public Optional<BaseModel> current() {
        if (defaultModel != null) {
            return base(defaultModel);
        }
        List<Pool> pools = pools();
        Optional<BaseModel> ofDefaultPool = pools.stream()
                .filter(pool -> pool.name().equals(PoolName.DEFAULT))
                .map(Pool::base)
                .findFirst();
        List<BaseModel> all = pools.stream().map(Pool::base).distinct().toList();
        return ofDefaultPool.or(() -> all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty());
    }

    /** @return the base with this name; uploads of adapters with the same name are refused */
    public Optional<BaseModel> base(String name) {
        return pools().stream()
                .map(Pool::base)
                .filter(base -> base.name().equals(name))
                .findFirst();
    }

    /**
     * @return the base for which the version was made; empty if its base is unknown, or if no pool has it. If several
     *     bases have this fingerprint, the default base if it is one of them
     */
    public Optional<BaseModel> baseOf(AdapterVersion version) {
        return bases().stream()
                .filter(base -> base.fingerprint().equals(version.baseFingerprint()))
                .findFirst();
    }

    /**
     * @param cost UNet evaluations times pixels per image
     * @return the equivalent number of evaluations for images of the default size of the pool's base
     */
    public double evaluations(String pool, long cost) {
        long side = pools().stream()
                .filter(each -> each.name().equals(pool))
                .map(each -> each.base().defaultSize())
                .findFirst()
                .orElse(USUAL_SIZE);
        return (double) cost / (side * side);
    }

    /** @return whether the name refers to a base; uploads of adapters with such a name are refused */
    public boolean isBase(String name) {
        return name.equals(BASE) || base(name).isPresent();
    }
}
