import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { signInWays } from "../api/operations/session";
import type { Me } from "../api/documents";
import { queries } from "../api/queries";
import { session, useSession } from "../api/session";
import { schemes } from "../design/colour_scheme";
import { Loading, Unreachable } from "../design/Waiting";
import { theme } from "../design/theme";
import { hasChosenLanguage, languageOf, speak } from "../language/i18n";
import { ChangePassword } from "./ChangePassword";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { SignInAgain } from "./SignInAgain";

session.onAnother = () => queries.clear();

export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" limit={4} autoClose={6000} />
        <Suspense fallback={<Loading />}>
          <Page />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** A language that is set for the user, and not only the site's, goes before the browser's. */
function useOwnLanguage(me: Me | null): void {
  const ways = useQuery({
    queryKey: ["ways"],
    queryFn: () => signInWays(),
    staleTime: Infinity,
  });
  const own = me && ways.data && me.language !== ways.data.language ? languageOf(me.language) : null;
  useEffect(() => {
    if (own && !hasChosenLanguage()) void speak(own, false);
  }, [own]);
}

function Page() {
  const present = useSession();
  useOwnLanguage(present.kind === "in" ? present.me : null);
  switch (present.kind) {
    case "unknown":
      return <Loading />;
    case "unreachable":
      return <Unreachable retry={() => void session.look()} />;
    case "out":
      return <SignIn />;
    case "in":
      if (present.me.must_change_password) return <ChangePassword me={present.me} forced />;
      return (
        <>
          <Shell me={present.me} />
          {present.expired && <SignInAgain user={present.me.user} />}
        </>
      );
  }
}
