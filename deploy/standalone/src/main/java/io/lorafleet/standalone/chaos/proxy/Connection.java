// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * One connection. A frame consists of its length (4 bytes), followed by either a request with its header or a response
 * with the correlation id.
 */
final class Connection {
    private final Socket client;
    private final Socket broker;
    private final KafkaProxy proxy;
    private final ShareObserver observer;
    /** Client id of the share consumer that fetches over this connection. */
    private final AtomicReference<String> shareConsumer = new AtomicReference<>();

    private final Map<Integer, RequestHeader> unanswered = new ConcurrentHashMap<>();

    Connection(Socket client, Socket broker, KafkaProxy proxy, ShareObserver observer) throws IOException {
        this.client = client;
        this.broker = broker;
        this.proxy = proxy;
        this.observer = observer;
        client.setTcpNoDelay(true);
        broker.setTcpNoDelay(true);
    }

    void start() {
        KafkaProxy.daemon("proxy-request", () -> pump(client, broker, this::forwardRequest));
        KafkaProxy.daemon("proxy-response", () -> pump(broker, client, this::forwardResponse));
    }

    /** Forwards a frame, unless a rule drops it. */
    private interface Forwarder {
        void forward(byte[] frame, DataOutputStream out) throws IOException, InterruptedException;
    }

    private void pump(Socket from, Socket to, Forwarder forwarder) {
        try {
            DataInputStream in = new DataInputStream(from.getInputStream());
            DataOutputStream out = new DataOutputStream(to.getOutputStream());
            while (true) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                forwarder.forward(frame, out);
            }
        } catch (IOException e) {
            close(); // one side is gone, so the other side must learn of it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    private void forwardRequest(byte[] bytes, DataOutputStream out) throws IOException, InterruptedException {
        ByteBuffer body = ByteBuffer.wrap(bytes);
        RequestHeader header = RequestHeader.parse(body);
        Frame frame = new Frame(Direction.REQUEST, header, body);
        unanswered.put(header.correlationId(), header);
        if (proxy.pass(frame)) {
            write(bytes, out);
            if (header.apiKey() == ApiKeys.SHARE_FETCH) {
                shareConsumer.set(header.clientId());
            }
            frame.tell(observer); // after the write: a request that does not arrive acknowledges nothing
        }
    }

    private void forwardResponse(byte[] bytes, DataOutputStream out) throws IOException, InterruptedException {
        ByteBuffer whole = ByteBuffer.wrap(bytes);
        RequestHeader header = unanswered.remove(whole.getInt(0));
        if (header == null) {
            write(bytes, out);
            return;
        }
        Frame frame = new Frame(Direction.RESPONSE, header, whole);
        frame.tell(observer); // before the write: the broker has given the records away already
        if (proxy.pass(frame)) {
            write(bytes, out);
        }
    }

    private static void write(byte[] frame, DataOutputStream out) throws IOException {
        out.write(ByteBuffer.allocate(Integer.BYTES + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array());
    }

    void close() {
        proxy.closed(this);
        String consumer = shareConsumer.getAndSet(null);
        if (consumer != null) {
            observer.disconnected(consumer);
        }
        try {
            client.close();
            broker.close();
        } catch (IOException e) {
            // Nothing can be done about a socket that does not close.
        }
    }
}
