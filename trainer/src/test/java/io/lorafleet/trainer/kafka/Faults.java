// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** Injects faults before the calls of a trainer's Kafka clients. */
final class Faults {
    private volatile String killedAt = "";
    private volatile String heldAt = "";
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<String> calls = new CopyOnWriteArrayList<>();

    /** Ends the polling thread of a trainer without cleanup. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    static Faults none() {
        return new Faults();
    }

    /** @param call method of the transactional producer or the feedback consumer before which the trainer ends */
    static Faults killAt(String call) {
        Faults faults = new Faults();
        faults.killedAt = call;
        return faults;
    }

    /** @param call method before which the polling thread waits for {@link #release} */
    static Faults holdAt(String call) {
        Faults faults = new Faults();
        faults.hold(call);
        return faults;
    }

    void hold(String call) {
        heldAt = call;
    }

    void awaitReached() throws InterruptedException {
        reached.await();
    }

    boolean isReached() {
        return reached.getCount() == 0;
    }

    void release() {
        released.countDown();
    }

    /** @return the names of the called methods, in order, without polls */
    List<String> calls() {
        return calls;
    }

    KafkaClients clients(Map<String, Object> broker, String transactionalId) {
        return new KafkaClients(broker, "test", transactionalId) {
            @Override
            Producer<String, byte[]> transactional() {
                Producer<String, byte[]> producer = super.transactional();
                // Without a timeout, so that the producer cannot abort its transaction.
                return watched(producer, Producer.class, () -> producer.close(Duration.ZERO));
            }

            @Override
            Consumer<String, byte[]> feedback(String group) {
                return watched(super.feedback(group), Consumer.class, () -> {});
            }
        };
    }

    @SuppressWarnings("unchecked")
    private <T> T watched(T client, Class<?> type, Runnable kill) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            before(method.getName(), kill);
            try {
                return method.invoke(client, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private void before(String call, Runnable kill) throws InterruptedException {
        if (call.equals(killedAt)) {
            reached.countDown();
            kill.run();
            throw new Killed();
        }
        if (call.equals(heldAt)) {
            reached.countDown();
            released.await();
        }
        if (!call.equals("poll")) {
            calls.add(call);
        }
    }
}
