// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import java.lang.reflect.Proxy;
import java.util.function.BiConsumer;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Outgoing channels without Quarkus messaging. */
final class Emitters {
    private Emitters() {}

    /** @param send sends a key and a value, and returns after delivery */
    @SuppressWarnings("unchecked")
    static MutinyEmitter<Record<String, byte[]>> to(BiConsumer<String, byte[]> send) {
        Class<?>[] type = {MutinyEmitter.class};
        return (MutinyEmitter<Record<String, byte[]>>) Proxy.newProxyInstance(
                Emitters.class.getClassLoader(), type, (proxy, method, arguments) -> {
                    Object payload = arguments[0] instanceof Message<?> message ? message.getPayload() : arguments[0];
                    Record<String, byte[]> record = (Record<String, byte[]>) payload;
                    send.accept(record.key(), record.value());
                    return switch (method.getName()) {
                        case "send", "sendMessage" -> Uni.createFrom().voidItem();
                        case "sendAndAwait", "sendMessageAndAwait" -> null;
                        case "sendAndForget", "sendMessageAndForget" -> (Cancellable) () -> {};
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }
}
