// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.distill.Training;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Makes runs of three rounds out of nothing. What comes of one follows from its order, and it keeps checkpoints. */
final class FakeTraining implements Training {
    private static final int ROUNDS = 3;

    private final BlobStore blobs;
    private final Semaphore permits;
    private final List<Integer> rounds = new CopyOnWriteArrayList<>();
    private final List<RunInputs> orders = new CopyOnWriteArrayList<>();
    private volatile String complaint;
    private volatile boolean broken;

    private FakeTraining(BlobStore blobs, int permits) {
        this.blobs = blobs;
        this.permits = new Semaphore(permits);
    }

    static FakeTraining quick(BlobStore blobs) {
        return new FakeTraining(blobs, Integer.MAX_VALUE);
    }

    /** @param rounds that are made; then it waits to be cancelled */
    static FakeTraining stuckAfter(int rounds, BlobStore blobs) {
        return new FakeTraining(blobs, rounds);
    }

    /** Makes the rounds that are left. */
    void goOn() {
        permits.release(Integer.MAX_VALUE / 2);
    }

    FakeTraining rejecting(String reason) {
        complaint = reason;
        return this;
    }

    FakeTraining broken() {
        broken = true;
        return this;
    }

    void mend() {
        broken = false;
    }

    /** @return numbers of the rounds that were made here */
    List<Integer> rounds() {
        return rounds;
    }

    List<RunInputs> orders() {
        return orders;
    }

    @Override
    public String plan() {
        return "three rounds";
    }

    @Override
    public Result make(RunInputs order, RunObserver watch) throws IOException {
        orders.add(order);
        if (broken) {
            throw new IOException("no storage today");
        }
        String run = Sha256.of(order.lineage().toString().getBytes(UTF_8));
        for (int round = done(order.adapter(), run) + 1; round <= ROUNDS; round++) {
            awaitPermit(watch);
            rounds.add(round);
            watch.stepped(round, ROUNDS, 0.5, 0.5);
            blobs.putIfAbsent(BlobKeys.checkpoint(order.adapter(), run, round), new byte[] {1});
        }
        Figures figures = new Figures(0.9, 0.8, null, null);
        return complaint == null
                ? new Result.Trained(("weights of " + order.lineage()).getBytes(UTF_8), 4, figures)
                : new Result.Rejected(complaint, figures);
    }

    private void awaitPermit(RunObserver watch) {
        try {
            while (!permits.tryAcquire(20, TimeUnit.MILLISECONDS)) {
                watch.check();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int done(String adapter, String run) throws IOException {
        try (Stream<String> keys = blobs.list(BlobKeys.training(adapter) + run)) {
            return (int) keys.count();
        }
    }

    @Override
    public void clear(String adapter) throws IOException {
        try (Stream<String> keys = blobs.list(BlobKeys.training(adapter))) {
            for (String key : keys.toList()) {
                blobs.delete(key);
            }
        }
    }
}
