import { PatternError } from './pattern/errors.js';
import { PythonPattern } from './pattern/pattern.js';
import { STEPS_PER_TEXT, StepBudget } from './pattern/step-budget.js';
import type { UsernameRule } from './secrets.js';

/** For trying out the patterns of all rules: some seconds. */
const STEPS_OF_ALL_RULES = 100 * STEPS_PER_TEXT;

/** Characters that Python's `re.escape` puts a backslash before. */
const SPECIAL = /[\\.^$*+?{}[\]|()\s#&~-]/g;

interface CompiledRule {
  readonly prefix: PythonPattern;
  readonly pattern: PythonPattern;
  readonly replace: string;
  readonly lower: boolean;
}

/**
 * Makes the function that rewrites a user name by the first rule whose prefix it starts with.
 *
 * What protects against a hostile pattern: none of it reaches the regular expressions of JavaScript. Patterns run in
 * a matcher of our own with a limit on its steps and on the size of a pattern, and each is tried on texts that would
 * make it backtrack before it is accepted. A name on which one takes too long is an error, and its row does not leave.
 *
 * @throws {PatternError} naming the rule whose pattern is malformed, not supported or too slow
 */
export function compileUsernameRules(rules: readonly UsernameRule[]): (username: string) => string {
  const budget = new StepBudget(STEPS_OF_ALL_RULES);
  const compiled = rules.map((rule, index) => {
    try {
      return compileRule(rule, budget);
    } catch (error) {
      throw inRule(index, error);
    }
  });
  return (username) => {
    for (const [index, rule] of compiled.entries()) {
      try {
        if (rule.prefix.matchesStart(username)) {
          const result = rule.pattern.replaceAll(username, rule.replace);
          return rule.lower ? result.toLowerCase() : result;
        }
      } catch (error) {
        throw inRule(index, error);
      }
    }
    return username;
  };
}

function compileRule(rule: UsernameRule, budget: StepBudget): CompiledRule {
  const prefix = new PythonPattern(prefixExpression(rule.prefix));
  const pattern = rule.pattern === undefined ? prefix : new PythonPattern(rule.pattern);
  const replace = rule.pattern === undefined ? '' : (rule.replace ?? '').replaceAll('$', '\\');
  prefix.rejectBacktracking(budget);
  pattern.rejectBacktracking(budget);
  pattern.checkReplacement(replace);
  return { prefix, pattern, replace, lower: rule.mutate === 'lower' };
}

/** As in SQL's LIKE: `%` stands for any text, `_` for any character. */
function prefixExpression(prefix: string): string {
  return prefix.replace(SPECIAL, '\\$&').replaceAll('%', '.*').replaceAll('_', '.');
}

function inRule(index: number, error: unknown): unknown {
  return error instanceof PatternError ? new PatternError(`usernames[${index}]: ${error.message}`) : error;
}
