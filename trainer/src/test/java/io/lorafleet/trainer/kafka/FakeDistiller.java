// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.distill.Candidate;
import io.lorafleet.trainer.distill.Distiller;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.evaluate.QualityGate;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Distills in three rounds without a model. The candidate depends only on the inputs. Each round ends with a
 * checkpoint.
 */
final class FakeDistiller implements Distiller {
    private static final int ROUNDS = 3;

    private final BlobStore blobs;
    private final Semaphore permits;
    private final List<Integer> rounds = new CopyOnWriteArrayList<>();
    private final List<RunInputs> inputs = new CopyOnWriteArrayList<>();
    private volatile String complaint;
    private volatile boolean broken;
    private volatile CountDownLatch hanging = new CountDownLatch(0);

    private FakeDistiller(BlobStore blobs, int permits) {
        this.blobs = blobs;
        this.permits = new Semaphore(permits);
    }

    static FakeDistiller quick(BlobStore blobs) {
        return new FakeDistiller(blobs, Integer.MAX_VALUE);
    }

    /** @param rounds number of rounds before the distiller blocks until it is cancelled or released */
    static FakeDistiller stuckAfter(int rounds, BlobStore blobs) {
        return new FakeDistiller(blobs, rounds);
    }

    /** Unblocks the remaining rounds. */
    void release() {
        hanging.countDown();
        permits.release(Integer.MAX_VALUE / 2 - permits.availablePermits() / 2);
    }

    FakeDistiller rejecting(String reason) {
        complaint = reason;
        return this;
    }

    /** Blocks until it is released, without looking whether it is cancelled. */
    FakeDistiller hanging() {
        hanging = new CountDownLatch(1);
        return this;
    }

    FakeDistiller broken() {
        broken = true;
        return this;
    }

    void repair() {
        broken = false;
    }

    /** @return the numbers of the rounds that this instance executed */
    List<Integer> rounds() {
        return rounds;
    }

    List<RunInputs> inputs() {
        return inputs;
    }

    @Override
    public String plan() {
        return "three rounds";
    }

    @Override
    public Candidate distil(RunInputs run, RunObserver observer) throws IOException {
        inputs.add(run);
        if (broken) {
            throw new IOException("the storage is not available");
        }
        String hash = Sha256.of(run.lineage().toString().getBytes(UTF_8));
        for (int round = done(run.adapter(), hash) + 1; round <= ROUNDS; round++) {
            awaitPermit(observer);
            rounds.add(round);
            observer.stepped(round, ROUNDS, 0.5, 0.5);
            blobs.putIfAbsent(BlobKeys.checkpoint(run.adapter(), hash, round), new byte[] {1});
        }
        Figures figures = new Figures(0.9, 0.8, null, null);
        QualityGate.Verdict verdict = new QualityGate.Verdict(figures, Optional.ofNullable(complaint));
        return new FakeCandidate(("weights of " + run.lineage()).getBytes(UTF_8), verdict);
    }

    private void awaitPermit(RunObserver observer) {
        try {
            hanging.await();
            while (!permits.tryAcquire(20, TimeUnit.MILLISECONDS)) {
                observer.check();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int done(String adapter, String hash) throws IOException {
        try (Stream<String> keys = blobs.list(BlobKeys.training(adapter) + hash)) {
            return (int) keys.count();
        }
    }

    @Override
    public void deleteCheckpoints(String adapter) throws IOException {
        try (Stream<String> keys = blobs.list(BlobKeys.training(adapter))) {
            for (String key : keys.toList()) {
                blobs.delete(key);
            }
        }
    }

    private record FakeCandidate(byte[] file, QualityGate.Verdict verdict) implements Candidate {
        @Override
        public QualityGate.Verdict check(QualityGate gate, RunObserver observer) {
            return verdict;
        }

        @Override
        public int rank() {
            return 4;
        }

        @Override
        public void close() {}
    }
}
