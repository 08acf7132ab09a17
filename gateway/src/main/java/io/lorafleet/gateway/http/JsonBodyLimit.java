package io.lorafleet.gateway.http;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.generation.GenerationOrder;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Stops reading a JSON body that is longer than any valid one. Only an order may hold an init image. */
@Provider
public final class JsonBodyLimit implements ReaderInterceptor {
    private static final int MAX_BYTES = 1 << 20;

    /** Asked at each request: this object is made before there is a configuration. */
    private final Instance<GatewayConfig> config;

    JsonBodyLimit(Instance<GatewayConfig> config) {
        this.config = config;
    }

    private static int base64Length(int bytes) {
        return (bytes + 2) / 3 * 4;
    }

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        if (MediaType.APPLICATION_JSON_TYPE.isCompatible(context.getMediaType())) {
            boolean isOrder = context.getType() == GenerationOrder.class;
            int limit =
                    MAX_BYTES + (isOrder ? base64Length(config.get().limits().maxInitImageBytes()) : 0);
            context.setInputStream(new Limited(context.getInputStream(), limit));
        }
        return context.proceed();
    }

    private static final class Limited extends FilterInputStream {
        private final int limit;
        private int left;

        Limited(InputStream in, int limit) {
            super(in);
            this.limit = limit;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int read) {
            left -= read;
            if (left < 0) {
                throw new ProblemException(
                        ProblemType.TOO_LARGE, "expected at most " + limit + " bytes of JSON, found more");
            }
        }
    }
}
