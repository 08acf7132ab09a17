// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/** An HTTP client that can lose the response to a request that the server has processed. */
final class LossyHttp implements SdkHttpClient {
    private final SdkHttpClient http = Apache5HttpClient.create();
    private final AtomicInteger lost = new AtomicInteger();
    private volatile @Nullable String method;
    private volatile String parameter = "";

    /** Loses the response to the next request with this method. */
    void loseNext(String ofMethod) {
        loseNext(ofMethod, "");
    }

    /** @param withParameter text in the query of the request */
    void loseNext(String ofMethod, String withParameter) {
        parameter = withParameter;
        method = ofMethod;
    }

    /** @return number of lost responses */
    int lost() {
        return lost.get();
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        ExecutableHttpRequest prepared = http.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                HttpExecuteResponse response = prepared.call();
                SdkHttpRequest sent = request.httpRequest();
                if (sent.method().name().equals(method)
                        && sent.encodedQueryParameters().orElse("").contains(parameter)) {
                    method = null;
                    lost.incrementAndGet();
                    throw new IOException("the response is lost");
                }
                return response;
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    @Override
    public void close() {
        http.close();
    }
}
